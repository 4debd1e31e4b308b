#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vigil {

/// What an entity is compared by when detections are folded: "ip 203.0.113.9", "user alice", "host srv1",
/// "hash 9f86…", "process 12345678-…" (a process's own number), "mail a@b.example", "device SN1". Spelling that means the same thing gives the same key: every `*.ip` field is one kind (the
/// victim of the morning is the source of the afternoon), `SCHOOL\Alice`, `alice@school.example` and `alice`
/// one user.
///
/// Nothing for types that say what happened rather than who or where (a signature, a file's name, a URL), and
/// nothing for values that would tie strangers together: empty and "-", loopback and unspecified addresses,
/// localhost, accounts that exist everywhere or that every attacker tries (root, administrator, SYSTEM, …,
/// machine accounts ending in $), hashes of the empty file.
std::optional<std::string> link_key(std::string_view type, std::string_view value);

/// A key that strangers do not share by chance: a file, a process, an address outside (not of a private network).
bool is_strong_key(std::string_view key);

/// 127.0.0.0/8 and ::1: whoever it was sat on the host itself, which then stands for the source.
bool is_loopback(std::string_view ip);

/// How much sharing this entity says, best first: a file's hash, a process, an address, a mailbox, a person, a device, a
/// host, anything else (which never links).
int link_strength(std::string_view type);

}  // namespace vigil
