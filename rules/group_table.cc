#include "rules/group_table.h"

#include <algorithm>

namespace vigil::sigma {
namespace {

constexpr std::size_t kKeyValueMax = 256;
constexpr std::string_view kHex = "0123456789abcdef";

void append_hex(std::uint64_t value, std::string& out) {
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(kHex[(value >> static_cast<unsigned>(shift)) & 15U]);
}

bool is_plain(char c) {
  return static_cast<unsigned char>(c) > 0x20 && c != '/' && c != '%' && c != ',' && c != 0x7F;
}

void append_escaped(std::string_view value, std::string& out) {
  const std::string_view kept = value.substr(0, kKeyValueMax);
  if (std::all_of(kept.begin(), kept.end(), is_plain)) {
    out += kept;
  } else {
    for (const char c : kept) {
      if (is_plain(c)) {
        out.push_back(c);
        continue;
      }
      const auto byte = static_cast<unsigned char>(c);
      out.push_back('%');
      out.push_back(kHex[byte >> 4U]);
      out.push_back(kHex[byte & 15U]);
    }
  }
  if (value.size() > kKeyValueMax) {
    out += "%..";
    append_hex(sip_hash({}, value), out);
  }
}

}  // namespace

std::pair<Group&, bool> GroupTable::find_or_add(const std::string& key) {
  const auto [found, fresh] = groups_.try_emplace(key);
  if (fresh) {
    found->second.key = &found->first;
    append(found->second);
  }
  return {found->second, fresh};
}

void GroupTable::touch(Group& group, std::int64_t now_ns, std::uint64_t sequence) {
  group.touched_ns = std::max(group.touched_ns, now_ns);
  group.touched_sequence = std::max(group.touched_sequence, sequence);
  if (newest_ == &group) return;
  unlink(group);
  append(group);
}

void GroupTable::erase(Group& group) {
  unlink(group);
  groups_.erase(groups_.find(*group.key));
}

void GroupTable::sort_by_touch() {
  std::vector<Group*> order;
  order.reserve(groups_.size());
  for (auto& [key, group] : groups_) order.push_back(&group);
  std::sort(order.begin(), order.end(), [](const Group* a, const Group* b) {
    return a->touched_sequence != b->touched_sequence ? a->touched_sequence < b->touched_sequence : *a->key < *b->key;
  });
  oldest_ = newest_ = nullptr;
  for (Group* group : order) append(*group);
}

void GroupTable::unlink(Group& group) {
  (group.older != nullptr ? group.older->newer : oldest_) = group.newer;
  (group.newer != nullptr ? group.newer->older : newest_) = group.older;
  group.older = group.newer = nullptr;
}

void GroupTable::append(Group& group) {
  group.older = newest_;
  group.newer = nullptr;
  (newest_ != nullptr ? newest_->newer : oldest_) = &group;
  newest_ = &group;
}

void append_group_key(const GroupIdentity& identity, std::string& out) {
  out += identity.drill ? "drill/" : "real/";
  append_escaped(identity.organisation, out);
  out.push_back('/');
  for (std::size_t i = 0; i < identity.values.size(); ++i) {
    if (i > 0) out.push_back(',');
    append_escaped(identity.values[i], out);
  }
}

}  // namespace vigil::sigma
