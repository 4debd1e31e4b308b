#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "parsers/event.h"
#include "parsers/frame_buffer.h"
#include "parsers/transports.h"

namespace vigil {

/// Where messages come from and what the asset table says about it. Immutable and shared: every record of one
/// (listener, peer, host) points to the same Source.
struct Source {
  std::string peer;          ///< address without port
  std::string host;          ///< host.name: the message's HOST, else the peer
  std::string listener;      ///< id of the listener, e.g. "syslog-tcp:0.0.0.0:5514"
  std::string transport;     ///< what carried it: transports.h
  std::string organisation;  ///< vigil.org
  std::string system;        ///< vigil.system; empty: an unregistered source
  bool core = false;         ///< the system is a core system (核心資通系統)
  bool in_scope = true;      ///< must be kept six months under the organisation's tier
  bool drill = false;        ///< everything from here is a drill (演練)
  Kinds system_kinds{};      ///< kinds the asset table adds
  int zone_minutes = 480;
  Charset charset = Charset::automatic;
  std::string envelope{};      ///< what the transport says of all its messages: envelope.h; empty if nothing

  bool carries_documents() const { return vigil::carries_documents(transport); }
};

/// One message of a batch. `raw` is exactly what arrived; `header` is parsed from it.
struct Record {
  std::string_view raw;
  SyslogHeader header;
  std::int64_t received_ns = 0;
  std::int64_t event_ns = 0;
  std::uint64_t sequence = 0;  ///< given by Archive::commit; global, grows with arrival, never reused
  std::uint32_t source = 0;    ///< index in Batch::sources
  Tags transport_tags;         ///< framing tags: what raw cannot tell again
  Kinds kinds;
  Format format = Format::none;
};

/// Messages on their way from a listener to the archive and the rules. Owns every byte its records point to.
/// Built by one thread, then handed on whole.
class Batch {
 public:
  std::shared_ptr<FrameBuffer> frames;  ///< raw bytes of the records, where an intake has taken it
  Arena arena;                          ///< other raw bytes, and decoded text
  std::vector<std::shared_ptr<const Source>> sources;
  std::vector<Record> records;
  std::size_t raw_bytes = 0;

  const Source& source_of(const Record& record) const { return *sources[record.source]; }
  /// Empty again, its memory kept for the next use.
  void clear() {
    records.clear();
    sources.clear();
    arena.reset();
    frames.reset();
    raw_bytes = 0;
  }
};

}  // namespace vigil
