#!/usr/bin/env python3
"""Writes cp950_table.cc: the two-byte characters of CP950 as Python's codec knows them.

    python3 parsers/make_cp950_table.py > parsers/cp950_table.cc

Python's table is Microsoft's, which is what Windows and the devices around it send; the C library's differs in
249 pairs.
"""

ROW = list(range(0x40, 0x7F)) + list(range(0xA1, 0xFF))


def code(lead, trail):
    try:
        return ord(bytes([lead, trail]).decode("cp950"))
    except UnicodeDecodeError:
        return 0


print("// Written by make_cp950_table.py: do not edit.\n")
print('#include "parsers/cp950_table.h"\n')
print("namespace vigil {\n")
print("// clang-format off")
print("const std::array<std::uint16_t, kCp950Rows * kCp950Columns> kCp950Table = {")
for lead in range(0xA1, 0xFA):
    codes = [f"0x{code(lead, trail):04x}" for trail in ROW]
    print(f"    // 0x{lead:02x}")
    for at in range(0, len(codes), 12):
        print("    " + ", ".join(codes[at : at + 12]) + ",")
print("};")
print("// clang-format on\n")
print("}  // namespace vigil")
