#include "daemon/own_voice.h"

#include <unistd.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "daemon/clock.h"
#include "parsers/render.h"

namespace vigil {

namespace {

constexpr std::string_view kPeer = "vigild";

/// A value as RFC 5424 6.3.3 writes it; bytes that are no text for a terminal are shown as escapes first.
void append_value(std::string_view value, std::string& out) {
  std::string safe;
  append_terminal_safe(value, safe);
  for (const char c : safe) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += c == '\n' || c == '\t' ? ' ' : c;
  }
}

}  // namespace

OwnVoice::OwnVoice(boost::asio::io_context& io, Intake& intake, ListenerStats& stats, std::string organisation,
                   bool drill)
    : io_(io), intake_(intake), stats_(stats), organisation_(std::move(organisation)), drill_(drill) {}

std::string OwnVoice::line(const Message& message, std::int64_t now_ns, long pid) {
  std::string out = "<44>1 " + iso_time(now_ns, 0) + " - vigild " + std::to_string(pid) + " " + message.id + " ";
  if (message.data.empty()) {
    out += "-";
  } else {
    out += "[" + message.id;
    for (const auto& [name, value] : message.data) {
      out += " " + name + "=\"";
      append_value(value, out);
      out += "\"";
    }
    out += "]";
  }
  out += " ";
  append_terminal_safe(message.text, out);
  return out;
}

void OwnVoice::say(Message message) {
  bool here = false;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(message));
    here = alone_;
  }
  if (here) return take_waiting();
  boost::asio::post(io_, [this] { take_waiting(); });
}

void OwnVoice::alone() {
  {
    const std::lock_guard lock(mutex_);
    alone_ = true;
  }
  take_waiting();
}

void OwnVoice::take_waiting() {
  std::vector<Message> messages;
  {
    const std::lock_guard lock(mutex_);
    messages.swap(waiting_);
  }
  for (const Message& message : messages) add(message);
}

void OwnVoice::add(const Message& message) {
  const std::string& organisation = message.organisation.empty() ? organisation_ : message.organisation;
  const bool drill = drill_ || message.drill;
  const auto [entry, fresh] = listeners_.try_emplace({organisation, drill});
  IntakeListener& listener = entry->second;
  if (fresh) {
    // The id is part of a sender's identity: one for each organisation, or their records would be taken for one's.
    std::string id = organisation == organisation_ && drill == drill_ ? "vigild" : "vigild:" + organisation;
    if (drill && !drill_) id += ":drill";
    listener.description = {std::move(id), "internal", organisation, 0, Charset::utf8, drill};
    listener.zone = "UTC";
    listener.stats = &stats_;
  }
  const std::int64_t now = wall_clock_ns();
  intake_.add(listener, kPeer, line(message, now, ::getpid()), Tags(), now);
  intake_.wake_done();
}

}  // namespace vigil
