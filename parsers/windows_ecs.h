#pragma once

#include <array>
#include <string_view>

#include "parsers/payload_writer.h"
#include "parsers/windows_events.h"

namespace vigil {

/// The values of a Windows event that have an ECS name, gathered while its fields are read. `Data` holds what
/// EventData (or UserData) gives, the rest what the event's System part says.
struct WindowsValues {
  enum Data : std::uint8_t {
    target_user,
    target_domain,
    target_sid,
    subject_user,
    subject_domain,
    subject_sid,
    subject_logon_id,
    target_logon_id,
    old_name,
    new_name,
    ip_address,
    ip_port,
    workstation,
    logon_type,
    status,
    process_name,
    process_id,
    new_process_name,
    new_process_id,
    command_line,
    parent_process_name,
    parent_process_id,
    parent_command_line,
    image,
    image_loaded,
    current_directory,
    user,
    hashes,
    source_ip,
    source_port,
    source_host,
    destination_ip,
    destination_port,
    destination_host,
    protocol,
    initiated,
    query_name,
    target_file,
    target_object,
    details,
    registry_operation,
    service_name,
    service_file,
    threat_name,
    threat_severity,
    threat_path,
    threat_process,
    threat_user,
    threat_action,
    threat_category,
    member_name,
    member_sid,
    sub_status,
    reason,
    object_type,
    relative_name,
    calling_station,
    direction,
    application,
    payload,
    param1,
    param2,
    param3,
    context,
    data_count
  };
  std::array<std::string_view, data_count> data;
  std::string_view channel, provider, computer, event_id, keywords, event_type, outcome;
  std::string_view reporter;  ///< the program that wrote the event, where a syslog header named it
  std::string_view user_name, user_domain, user_sid;  ///< the account the event was written under

  unsigned rendered_id = 0;  ///< the event's number as its rendered message tells it, where nothing else does
  bool rendered = false;     ///< values come from a rendered message
  bool has_ecs_names = false;  ///< the sender gave ECS names of its own, which are not given twice

  /// True if it is one of them.
  bool take_data(std::string_view name, std::string_view value);
  /// "-" and the null SID's friends count as absent.
  std::string_view of(Data which) const { return data[which] == "-" ? std::string_view() : data[which]; }
};

/// Writes ECS fields and log sources from the values.
void add_windows_ecs(PayloadWriter& out, const WindowsValues& values);

}  // namespace vigil
