// What vigild writes into its own archive (daemon/own_voice.h): silences, floods, wrong clocks, gaps. Where it is about how a
// source fares, host.name is that source, so that it is found, and told of, under its own name. Losses are the listener's.

#include <algorithm>

#include "parsers/format.h"

namespace vigil {
namespace {

constexpr std::string_view kPrograms[] = {"vigild"};
constexpr LogSource kLogSources[] = {{"vigil", "", "daemon"}};

constexpr std::string_view kHealth[] = {"silence",      "silence_over", "flood",      "collapse",
                                        "volume_usual", "clock_wrong",  "clock_right"};

bool claims_own(const SyslogHeader& header, std::string_view) {
  return header.format == HeaderFormat::rfc5424 && !header.msgid.empty() && !header.structured_data.empty();
}

void parse_own(PayloadWriter& out) {
  // Anybody may call himself vigild; only what came from inside is believed. Where nobody says how a record came
  // (files read by hand, tests), it is.
  const std::string_view transport = out.context().transport;
  if (!transport.empty() && transport != "internal") {
    out.event().tags.add(Tag::unparsed);
    return;
  }
  out.log_source("vigil", {}, "daemon");
  out.observer("Vigil", "vigild", "collector");
  out.classify("host", "info", out.header().msgid);
  const bool health =
      std::find(std::begin(kHealth), std::end(kHealth), out.header().msgid) != std::end(kHealth);
  for_each_sd_param(out.header().structured_data, out.arena(), [&](const SdParam& param) {
    if (health && param.name == "source") return out.set("host.name", param.value);
    if (health && param.name == "peer") return out.add("host.ip", param.value);
    out.add_vendor(param.name, param.value);
  });
}

}  // namespace

extern const FormatSpec kFormat_own_record = {
    .number = Format{123},
    .name = "own_record",
    .title = "what Vigil itself says about its sources",
    .sample =
        R"(<44>1 2026-11-20T07:00:00Z - vigild 42 silence [silence source="fw1" peer="10.1.0.1" listener="udp" system="firewall" quiet_seconds="7200"] fw1 has been silent since 2026-11-20T13:00:00+08:00, longer than it ever is at this hour)",
    .rank = 20,
    .programs = kPrograms,
    .claims = claims_own,
    .parse = parse_own,
    .kinds = Kind::application,
    .names_host = NamesHost::always,
    .log_sources = kLogSources,
    .own_action = true,
};

}  // namespace vigil
