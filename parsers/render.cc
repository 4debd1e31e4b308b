#include "parsers/render.h"

#include <algorithm>
#include <array>
#include <string>

#include "parsers/characters.h"
#include "parsers/charset.h"
#include "parsers/envelope.h"
#include "parsers/json_tree.h"

namespace vigil {
namespace {

// Fields that ECS defines as lists of values, so that readers need not ask which of the two they got.
constexpr std::array<std::string_view, 17> kLists = {
    "event.category",
    "event.type",
    "host.ip",
    "host.mac",
    "observer.ip",
    "observer.mac",
    "process.args",
    "tags",
    "dns.resolved_ip",
    "dns.header_flags",
    "file.attributes",
    "user.roles",
    "threat.tactic.id",
    "threat.tactic.name",
    "threat.technique.id",
    "threat.technique.name",
    "threat.technique.subtechnique.id",
};

bool is_list(std::string_view name) {
  return name.starts_with("related.") || std::find(kLists.begin(), kLists.end(), name) != kLists.end();
}

// Names by which readers trust us; what a sender writes under them must not pass for ours.
bool is_ours(std::string_view name) {
  return name == "@timestamp" || name == "event.ingested" || name == "event.original" ||
         name == "log.source.address" || name == "vigil" || name.starts_with("vigil.") ||
         name.starts_with("@timestamp.") || name.starts_with("event.ingested.") ||
         name.starts_with("event.original.") || name.starts_with("log.source.address.");
}

// What Envelope says under a name of ours: the index a document was sent to, how a record came from another Vigil.
constexpr std::string_view kOfEnvelope = "vigil.";
constexpr std::string_view kEarlyWarning = "vigil.early_warning";

// All tags in the alphabetical order of their names.
std::array<Tag, static_cast<std::size_t>(Tag::count_)> tags_by_name() {
  std::array<Tag, static_cast<std::size_t>(Tag::count_)> tags{};
  for (std::size_t i = 0; i < tags.size(); ++i) tags[i] = static_cast<Tag>(i);
  std::sort(tags.begin(), tags.end(), [](Tag a, Tag b) { return tag_name(a) < tag_name(b); });
  return tags;
}

// Builds one event. The strings it makes live in the arena until the tree is written.
class EventJson {
 public:
  EventJson(const Event& event, const Surroundings& around) : event_(event), around_(around) {}

  void append_to(std::string& out) {
    add_times();
    add_source();
    add_header();
    add_fields();
    add_vigil();
    tree_.write(out);
  }

 private:
  // The event's own field of that name goes before what the header says.
  void add_default(std::string_view name, std::string_view value, ValueType type = ValueType::text) {
    if (!value.empty() && event_.find(name) == nullptr) tree_.add(name, value, type);
  }
  void add_time(std::string_view name, std::int64_t ns) {
    tree_.add(name, keep(iso_time(ns, around_.zone_minutes)));
  }
  void add_flag(std::string_view name, bool value) {
    tree_.add(name, value ? "true" : "false", ValueType::boolean);
  }
  std::string_view keep(const std::string& text) { return arena_.copy(text); }

  void add_times() {
    add_time("@timestamp", event_.timestamp_ns);
    add_default("message", event_.header.message);
    add_time("event.ingested", around_.received_ns);
    tree_.add("event.original", original());
  }

  // Control characters stay: JSON has its own way to write them.
  std::string_view original() {
    // The lengths of binary fields, too, which are no deviation.
    const bool escaped = event_.header.tags.has(Tag::ctrl) || event_.header.wrapping == Wrapping::journal;
    if (around_.raw.data() == nullptr || !escaped) return event_.header.text;
    const Charset charset = around_.source ? around_.source->charset : Charset::automatic;
    return decode_text(around_.raw, charset, Controls::kept, arena_).text;
  }

  void add_source() {
    if (around_.source && !around_.source->peer.empty())
      tree_.add("log.source.address", around_.source->peer);
  }

  void add_header() {
    const SyslogHeader& header = event_.header;
    add_default("host.name", host());
    // A document has no syslog header, and no priority to show.
    const bool document = around_.source && around_.source->carries_documents() && !header.has_priority;
    if (document) return;
    add_number("log.syslog.priority", header.priority.value());
    add_number("log.syslog.facility.code", header.priority.facility());
    add_number("log.syslog.severity.code", static_cast<unsigned>(header.priority.severity()));
    if (header.host_from_message) add_default("log.syslog.hostname", header.host);
    add_default("log.syslog.appname", header.app);
    add_default("log.syslog.procid", header.procid);
    add_default("log.syslog.msgid", header.msgid);
    if (header.format == HeaderFormat::rfc5424) add_default("log.syslog.version", "1");
    if (header.sequence && event_.find("event.sequence") == nullptr) {
      tree_.add("event.sequence", keep(std::to_string(*header.sequence)), ValueType::integer);
    }
    add_structured_data();
  }

  std::string_view host() const {
    if (around_.source && !around_.source->host.empty()) return around_.source->host;
    return event_.header.host;
  }

  void add_number(std::string_view name, unsigned value) {
    if (event_.find(name) == nullptr) tree_.add(name, keep(std::to_string(value)), ValueType::integer);
  }

  // Names of elements and parameters are whole: "junos@2636.1.1" is one.
  void add_structured_data() {
    constexpr std::string_view kName = "log.syslog.structured_data";
    if (event_.header.structured_data.empty()) return;
    for (const Field& field : event_.fields()) {
      if (field.name.starts_with(kName)) return;
    }
    const JsonTree::Node all = tree_.node_of(kName);
    for_each_sd_param(event_.header.structured_data, arena_, [&](const SdParam& param) {
      const JsonTree::Node element = tree_.child_of(all, param.id);
      tree_.declare_object(element);
      if (!param.name.empty()) tree_.add_at(tree_.child_of(element, param.name), param.value);
    });
  }

  void add_fields() {
    for (const Field& field : event_.fields()) {
      if (stands_in_envelope(field)) continue;  // add_vigil() says it
      if (is_ours(field.name)) {
        tree_.add(keep("vendor." + std::string(field.name)), field.value, field.type);
      } else if (is_list(field.name)) {
        tree_.add_to_list(field.name, field.value);
      } else {
        tree_.add(field.name, field.value, field.type);
      }
    }
  }

  /// Whether a field under a name of ours is what the transport said, and not a message.
  bool stands_in_envelope(const Field& field) const {
    if (!field.name.starts_with(kOfEnvelope) || around_.source == nullptr) return false;
    bool found = false;
    Envelope::for_each(around_.source->envelope, [&](std::string_view name, std::string_view value) {
      found = found || (name == field.name && value == field.value);
    });
    return found;
  }

  void add_vigil() {
    if (const Source* source = around_.source) {
      Envelope::for_each(source->envelope, [this](std::string_view name, std::string_view value) {
        if (name == kEarlyWarning) return add_flag(name, value == "true");
        if (name.starts_with(kOfEnvelope)) tree_.add(name, value);
      });
      tree_.add("vigil.org", source->organisation);
      if (!source->system.empty()) tree_.add("vigil.system", source->system);
      add_flag("vigil.core", source->core);
      add_flag("vigil.registered", !source->system.empty());
      if (source->drill) add_flag("vigil.drill", true);
      tree_.add("vigil.listener", source->listener);
    }
    tree_.declare_list("vigil.kinds");
    for (std::size_t i = 0; i < kKindCount; ++i) {
      const auto kind = static_cast<Kind>(i);
      if (around_.kinds.has(kind)) tree_.add("vigil.kinds", kind_name(kind));
    }
    static const auto kByName = tags_by_name();
    Tags tags = event_.tags;
    tags.add(event_.header.tags);
    tags.add(around_.transport_tags);
    tree_.declare_list("vigil.tags");
    for (const Tag tag : kByName) {
      if (tags.has(tag)) tree_.add("vigil.tags", tag_name(tag));
    }
    if (!around_.id.empty()) tree_.add("vigil.id", around_.id);
  }

  const Event& event_;
  const Surroundings& around_;
  Arena arena_{4096};
  JsonTree tree_;
};

}  // namespace

void render_event_json(const Event& event, const Surroundings& surroundings, std::string& out) {
  EventJson(event, surroundings).append_to(out);
}

}  // namespace vigil
