#include "parsers/wrapped_record.h"

#include "parsers/charset.h"
#include "parsers/json_fields.h"
#include "parsers/hec_body.h"
#include "parsers/journal_export.h"
#include "parsers/json_members.h"
#include "parsers/json_walk.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"
#include "parsers/payload_time.h"
#include "parsers/transports.h"

namespace vigil {
namespace {

/// How a document of loki_push.h begins.
constexpr std::string_view kLokiFront = "{\"labels\":{";

struct Said {
  std::optional<std::int64_t> time_ns;
  std::string_view host, app;
  bool host_gives_way = false;  ///< the message's own host goes before
};

/// The message's own header, then what the document says instead.
void read_inner(std::string_view message, bool is_text, const Said& said, const ParseContext& context,
                Arena& arena, SyslogHeader& header) {
  const std::string_view whole = header.text;
  const Tags tags = header.tags;
  const Wrapping wrapping = header.wrapping;
  const std::string_view document = header.document;
  header = SyslogHeader();
  if (is_text) {
    read_syslog_header(message, context, arena, header);
    header.tags.remove(Tag::empty);
    header.inner = header.text;
  } else {
    // An object or a list inside the document: JSON, nothing stands before it.
    header.host = context.peer;
    header.timestamp_ns = context.received_ns;
    header.message = header.inner = message;
    for (const Tag tag : {Tag::no_pri, Tag::ts_recv}) header.tags.add(tag);
  }
  header.text = whole;
  header.wrapping = wrapping;
  header.document = document;
  header.tags.add(tags);
  if (said.time_ns) {
    header.timestamp_ns = *said.time_ns;
    header.has_timestamp = true;
    for (const Tag tag : {Tag::ts_recv, Tag::no_ts, Tag::bad_ts, Tag::no_tz, Tag::no_year})
      header.tags.remove(tag);
  }
  if (!said.host.empty() && !(said.host_gives_way && header.host_from_message)) {
    header.host = said.host;
    header.host_from_message = true;
  }
  if (!said.app.empty()) header.app = said.app;
}

std::string_view text_of(const JsonMember& member, Arena& arena) {
  if (!member.is_string()) return member.is_number() ? member.value : std::string_view();
  return read_json_string(member.value, arena).value_or(std::string_view());
}

/// The record as a document: decoded, as far as its members need it.
void take_document(std::string_view raw, const ParseContext& context, Arena& arena, SyslogHeader& header) {
  const DecodedText decoded = decode_text(raw, context.charset, Controls::escaped, arena);
  header.text = header.document = decoded.text;
  header.tags = decoded.tags;
  // JSON may hold CR between its members; as a picture it would be no blank any more.
  if (decoded.tags.has(Tag::ctrl))
    header.document = decode_text(raw, context.charset, Controls::kept, arena).text;
}

void read_message_of(const JsonMember& message, const Said& said, const ParseContext& context, Arena& arena,
                     SyslogHeader& header) {
  if (message.is_object() || message.is_array())
    return read_inner(message.value, false, said, context, arena, header);
  std::string_view text = message.value;  // a number or a word, as it stands
  if (message.is_string()) text = read_json_string(message.value, arena).value_or(message.value);
  read_inner(text, true, said, context, arena, header);
}

void read_json_header(std::string_view raw, const ParseContext& context, Arena& arena, SyslogHeader& header) {
  take_document(raw, context, arena, header);
  const bool hec = header.wrapping == Wrapping::hec;
  Said said;
  JsonMember message;
  for_each_json_member(header.document, [&](const JsonMember& member) {
    if (member.name == (hec ? "event" : "message")) {
      if (message.value.empty()) message = member;
    } else if (hec && member.name == "host") {
      said.host = trim(text_of(member, arena));
    } else if (hec && member.name == "time") {
      said.time_ns = read_hec_time(text_of(member, arena));
    } else if (!hec && member.name == "host.name") {
      said.host = trim(text_of(member, arena));
    } else if (!hec && member.name == "@timestamp") {
      said.time_ns = read_iso_time(text_of(member, arena), 0);
    }
  });
  read_message_of(message, said, context, arena, header);
}

/// Whether documents of that transport are what shippers send.
bool may_be_shipped(std::string_view carried_by) {
  return carried_by == transport::kHttp || carried_by == transport::kBeats;
}

/// What a document would have to say to be a shipped line.
struct ShippedMembers {
  JsonMember message, host, time, process;
  bool read_by_shipper = false, of_its_own = false;

  void take(const JsonMember& member) {
    const std::string_view name = member.name;
    if (name == "message") message = member;
    if (name == "host" || name == "host.name") host = member;
    if (name == "@timestamp") time = member;
    if (name == "process" || name == "process.name") process = member;
    read_by_shipper = read_by_shipper ||
                      is_any(name, {"input", "input.type", "@version", "source_type", "log.file.path"}) ||
                      (name == "log" && member.is_object() && !find_json_member(member.value, "file").value.empty());
    of_its_own = of_its_own || name.starts_with("winlog") || name.starts_with("kibana") || name.starts_with("signal");
  }
  bool is_shipped() const { return read_by_shipper && !of_its_own && message.is_string() && message.value.size() > 2; }
};

/// `"host":"web1"`, `"host.name":"web1"` or `"host":{"name":"web1"}`.
std::string_view name_of(const JsonMember& member, Arena& arena) {
  return trim(text_of(member.is_object() ? find_json_member(member.value, "name") : member, arena));
}

bool read_shipped_header(std::string_view raw, const ParseContext& context, Arena& arena, SyslogHeader& header) {
  ShippedMembers members;
  const auto take = [&members](const JsonMember& member) { members.take(member); };
  if (!for_each_json_member(raw, take) || !members.is_shipped()) return false;
  header = SyslogHeader();
  header.wrapping = Wrapping::document;
  take_document(raw, context, arena, header);
  if (header.document.data() != raw.data() || header.document.size() != raw.size()) {
    members = {};
    for_each_json_member(header.document, take);
  }
  Said said;
  said.host = name_of(members.host, arena);
  said.host_gives_way = true;
  said.time_ns = read_iso_time(text_of(members.time, arena), 0);
  const std::string_view program = name_of(members.process, arena);
  read_message_of(members.message, said, context, arena, header);
  if (header.app.empty()) header.app = program;
  return true;
}

unsigned small_number(std::string_view text, unsigned most, unsigned otherwise) {
  const auto number = read_number(text);
  return number && *number <= most ? static_cast<unsigned>(*number) : otherwise;
}

/// The text of a field, which may be any bytes.
std::string_view decoded(std::string_view value, const ParseContext& context, Arena& arena, Tags& tags) {
  const DecodedText text = decode_text(value, context.charset, Controls::escaped, arena);
  tags.add(text.tags);
  return text.text;
}

struct JournalNames {
  std::string_view message, identifier, comm, pid, syslog_pid, host, priority, facility, time;
};

void read_journal_header(std::string_view raw, const ParseContext& context, Arena& arena,
                         SyslogHeader& header) {
  JournalNames said;
  for_each_journal_field(raw, [&said](const JournalField& field) {
    struct Place {
      std::string_view name;
      std::string_view JournalNames::*member;
    };
    static constexpr Place kPlaces[] = {
        {"MESSAGE", &JournalNames::message},
        {"SYSLOG_IDENTIFIER", &JournalNames::identifier},
        {"_COMM", &JournalNames::comm},
        {"_PID", &JournalNames::pid},
        {"SYSLOG_PID", &JournalNames::syslog_pid},
        {"_HOSTNAME", &JournalNames::host},
        {"PRIORITY", &JournalNames::priority},
        {"SYSLOG_FACILITY", &JournalNames::facility},
        {"__REALTIME_TIMESTAMP", &JournalNames::time},
    };
    for (const auto& [name, member] : kPlaces) {
      if (field.name == name && (said.*member).empty()) said.*member = field.value;
    }
  });
  Tags tags;
  header.document = raw;  // as bytes: a length in the decoded text counts nothing
  header.text = decode_text(raw, context.charset, Controls::escaped, arena).text;
  header.message = header.inner = decoded(said.message, context, arena, tags);
  header.app = decoded(said.identifier.empty() ? said.comm : said.identifier, context, arena, tags);
  header.procid = decoded(said.pid.empty() ? said.syslog_pid : said.pid, context, arena, tags);
  header.host = decoded(said.host, context, arena, tags);
  header.host_from_message = !header.host.empty();
  if (!header.host_from_message) header.host = context.peer;
  header.tags = tags;

  constexpr unsigned kUser = 1, kNotice = 5;
  if (!said.priority.empty() || !said.facility.empty()) {
    const unsigned facility = small_number(said.facility, 23, kUser);
    if (const auto priority = Priority::from_wire(facility * 8 + small_number(said.priority, 7, kNotice))) {
      header.priority = *priority;
      header.has_priority = true;
    }
  }
  header.timestamp_ns = context.received_ns;
  constexpr std::int64_t kMicrosecond = 1000;
  if (const auto time = read_number(said.time);
      time && *time < static_cast<std::uint64_t>(INT64_MAX / kMicrosecond)) {
    header.timestamp_ns = static_cast<std::int64_t>(*time) * kMicrosecond;
    header.has_timestamp = true;
  } else {
    header.tags.add(Tag::ts_recv);
  }
}

// Fields.

void add_unless_there(PayloadWriter& out, std::string_view name, std::string_view value, ValueType type) {
  const Field* const there = out.event().find(name);
  if (there == nullptr || there->value != value) out.event().add(name, value, type);
}

/// Names that every event has, and that the header has decided: a second one of them is the sender's own.
bool is_decided(std::string_view name) {
  return name == "message" || name == "host.name" || name == "process.name" || name == "process.pid";
}

void add_hec_field(PayloadWriter& out, const JsonField& leaf) {
  constexpr std::string_view kFields = "fields.";
  if (leaf.path == "source" || leaf.path == "sourcetype" || leaf.path == "index") {
    return out.event().add(out.join("splunk.", leaf.path), leaf.value, leaf.type);
  }
  if (leaf.path == "time" || leaf.path == "host" || leaf.path == "event" || leaf.path.starts_with("event."))
    return;
  std::string_view name = leaf.path;
  if (take_prefix(name, kFields) && is_open_ecs_name(name) && !is_decided(name)) {
    return add_unless_there(out, name, leaf.value, leaf.type);
  }
  out.add_vendor(name, leaf.value, leaf.type);
}

/// Beside the line stand the shipper's members: ECS names where it knows them. What the line says itself goes before.
void add_shipped_field(PayloadWriter& out, const JsonField& leaf) {
  if (is_decided(leaf.path) || leaf.path == "@timestamp" || leaf.path == "host") return;
  if (!is_open_ecs_name(leaf.path) && leaf.path != "tags") return out.event().add(leaf.vendor_name(), leaf.value, leaf.type);
  if (out.event().find(leaf.path) == nullptr || leaf.path == "tags") out.event().add(leaf.path, leaf.value, leaf.type);
}

void add_json_fields(PayloadWriter& out) {
  const bool hec = out.header().wrapping == Wrapping::hec, shipped = may_be_shipped(out.context().transport);
  JsonFields& fields = json_scratch();
  if (!walk_json(out.header().document, out.arena(), fields)) return out.bad_payload();
  if (fields.capped) out.event().tags.add(Tag::fields_capped);
  for (const JsonField& leaf : fields.leaves) {
    if (hec) {
      add_hec_field(out, leaf);
    } else if (shipped) {
      add_shipped_field(out, leaf);
    } else if (leaf.path == "_overflow") {
      out.overflow(leaf.value);
    } else if (!is_decided(leaf.path) && leaf.path != "@timestamp" && !leaf.path.starts_with("message.")) {
      // These names are ours: we wrote the document.
      add_unless_there(out, leaf.path, leaf.value, leaf.type);
    }
  }
}

struct JournalKey {
  std::string_view key;   ///< the journal's name
  std::string_view name;  ///< ECS; empty: told by the header
};
constexpr JournalKey kJournalKeys[] = {
    {"MESSAGE", {}},
    {"SYSLOG_IDENTIFIER", {}},
    {"_HOSTNAME", {}},
    {"PRIORITY", {}},
    {"SYSLOG_FACILITY", {}},
    {"__REALTIME_TIMESTAMP", {}},
    {"_EXE", "process.executable"},
    {"_CMDLINE", "process.command_line"},
    {"_MACHINE_ID", "host.id"},
    {"_BOOT_ID", "host.boot.id"},
    {"CODE_FILE", "log.origin.file.name"},
    {"CODE_FUNC", "log.origin.function"},
    {"CODE_LINE", "log.origin.file.line"},
};
constexpr KeyTable kJournal(kJournalKeys);

void add_journal_fields(PayloadWriter& out) {
  std::size_t count = 0;
  for_each_journal_field(out.header().document, [&](const JournalField& field) {
    if (++count > PayloadWriter::kFieldsMax) return out.event().tags.add(Tag::fields_capped);
    Tags tags;
    const std::string_view value = decoded(field.value, out.context(), out.arena(), tags);
    const JournalKey* const key = kJournal.find(field.name);
    if (key == nullptr) {
      out.add_vendor(decoded(field.name, out.context(), out.arena(), tags), value);
    } else if (!key->name.empty() && out.event().find(key->name) == nullptr) {
      out.add(key->name, value);
    }
  });
}

Wrapping wrapping_of(std::string_view carried_by, std::string_view raw) {
  if (carried_by == transport::kHec) {
    const bool object = raw.starts_with('{') && !find_json_member(raw, "event").value.empty();
    return object ? Wrapping::hec : Wrapping::none;
  }
  if (carried_by == transport::kOtlp) return raw.starts_with('{') ? Wrapping::document : Wrapping::none;
  if (carried_by == transport::kLoki)
    return raw.starts_with(kLokiFront) ? Wrapping::document : Wrapping::none;
  if (carried_by == transport::kJournal) return Wrapping::journal;
  return Wrapping::none;
}

}  // namespace

bool may_be_wrapped(std::string_view carried_by) {
  return carried_by == transport::kHec || carried_by == transport::kOtlp || carried_by == transport::kLoki ||
         carried_by == transport::kJournal;
}

bool read_wrapped_header(std::string_view raw, const ParseContext& context, Arena& arena, SyslogHeader& header) {
  if (may_be_shipped(context.transport)) {
    return raw.starts_with('{') && read_shipped_header(raw, context, arena, header);
  }
  const Wrapping wrapping = wrapping_of(context.transport, raw);
  if (wrapping == Wrapping::none) return false;
  header = SyslogHeader();
  header.wrapping = wrapping;
  if (wrapping == Wrapping::journal) {
    read_journal_header(raw, context, arena, header);
  } else {
    read_json_header(raw, context, arena, header);
  }
  return true;
}

void add_wrapping_fields(PayloadWriter& out) {
  switch (out.header().wrapping) {
    case Wrapping::none:
      return;
    case Wrapping::hec:
    case Wrapping::document:
      return add_json_fields(out);
    case Wrapping::journal:
      return add_journal_fields(out);
  }
}

}  // namespace vigil
