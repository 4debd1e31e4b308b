namespace vigil {}  // namespace vigil
