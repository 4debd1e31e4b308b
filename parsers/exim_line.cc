#include "parsers/exim_line.h"

#include "parsers/payload_text.h"
#include "parsers/server_text.h"

namespace vigil {
namespace {

// date time [pid] id flag address pairs: "2026-11-20 14:59:00 1rABCD-0001ab-2C <= a@b H=mail [203.0.113.9] P=esmtps S=512"
std::string_view exim_text(std::string_view text) {
  if (begins_with_iso_date(text) && text[10] == ' ') {
    text.remove_prefix(19);
    if (const std::size_t space = text.find(' '); space != std::string_view::npos)
      text = trim_left(text.substr(space));
  }
  if (text.starts_with('[') && text.size() > 2 && is_digit(text[1])) {
    take_until(text, ']');
    text = trim_left(text);
  }
  return text;
}
bool is_exim_id(std::string_view word) {
  return (word.size() == 16 && word[6] == '-' && word[13] == '-') ||
         (word.size() == 23 && word[6] == '-' && word[18] == '-');
}

}  // namespace

std::string_view without_angles(std::string_view address) {
  address = trim(address);
  take_prefix(address, "<");
  return address.substr(0, address.find('>'));
}

bool is_exim_line(std::string_view text) {
  text = exim_text(text);
  return is_exim_id(text.substr(0, text.find(' ')));
}

bool parse_exim(PayloadWriter& out, std::string_view text) {
  text = exim_text(text);
  const std::string_view id = text.substr(0, text.find(' '));
  const bool with_id = is_exim_id(id);
  std::string_view rest = with_id ? trim_left(text.substr(id.size())) : text;
  if (with_id) out.add("email.local_id", id);
  const std::string_view flag = rest.substr(0, rest.find(' '));
  const bool in = flag == "<=";
  const bool delivery = is_any(flag, {"=>", "->", ">>", "*>", "**", "=="});
  if (in || delivery) {
    rest = trim_left(rest.substr(flag.size()));
    const std::string_view address = without_angles(rest.substr(0, rest.find(' ')));
    out.add(in ? "email.from.address" : "email.to.address", address == ">" ? std::string_view() : address);
    const std::string_view message = value_of(rest, "id=");
    out.add("email.message_id", message);
    const std::string_view size = value_of(rest, "S=");
    if (all_digits(size)) out.add_number("email.size", size);
    if (const std::string_view router = value_of(rest, "R="); !router.empty())
      out.add_vendor("router", router);
    if (const std::string_view transport = value_of(rest, "T="); !transport.empty())
      out.add_vendor("transport", transport);
    out.add("network.protocol", out.lower_case(value_of(rest, "P=")));
    const Outcome outcome = in             ? Outcome::none
                            : flag == "**" ? Outcome::failure
                            : flag == "==" ? Outcome::unknown
                                           : Outcome::success;
    out.classify("email", "info", in ? "mail_received" : "mail_delivery", outcome);
  } else if (rest.starts_with("Completed")) {
    out.classify("email", "end", "mail_completed");
    return true;
  } else if (rest.find("rejected ") == std::string_view::npos && !with_id) {
    return false;
  } else if (rest.find("rejected ") != std::string_view::npos) {
    if (const std::size_t from = rest.find("F=<"); from != std::string_view::npos)
      out.add("email.from.address", without_angles(rest.substr(from + 2)));
    if (const std::size_t to = rest.find("RCPT <"); to != std::string_view::npos)
      out.add("email.to.address", without_angles(rest.substr(to + 5)));
    out.classify("email", "denied", "mail_rejected", Outcome::failure);
  }
  // H=(helo) [203.0.113.9]:50022
  if (const std::size_t host = rest.find("H="); host != std::string_view::npos) {
    std::string_view peer = rest.substr(host + 2);
    const std::size_t open = peer.find('[');
    if (open != std::string_view::npos) {
      std::string_view address = peer.substr(open + 1);
      const Side side = delivery ? Side::destination : Side::source;
      out.add_endpoint(side, take_until(address, ']'));
      if (take_prefix(address, ":"))
        out.add_port(side, address.substr(0, address.find_first_not_of("0123456789")));
      const std::string_view name = trim(peer.substr(0, open));
      if (!name.empty() && !name.starts_with('('))
        out.add(delivery ? "destination.domain" : "source.domain", name.substr(0, name.find(' ')));
    }
  }
  return true;
}

}  // namespace vigil
