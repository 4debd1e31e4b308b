#pragma once

/// Named places at which a test lets the process die: VIGIL_FAULT=name:n kills it (SIGKILL) when the place is reached
/// for the n-th time. Compiled in with VIGIL_FAULT_POINTS only, which no release has.
namespace vigil {

#ifdef VIGIL_FAULT_POINTS
void fault_point(const char* name);
#else
inline void fault_point(const char*) {}
#endif

}  // namespace vigil
