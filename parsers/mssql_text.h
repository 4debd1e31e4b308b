#pragma once

#include <string_view>

#include "parsers/payload_writer.h"

namespace vigil {

/// Reads what SQL Server says about a logon, in its ERRORLOG and in the Application log alike, English or Chinese:
///
///   Login failed for user 'sa'. Reason: Password did not match that for the login provided. [CLIENT: 203.0.113.9]
///   使用者 'sa' 登入失敗。 原因: 密碼不符合所提供的登入。 [用戶端: 203.0.113.9]
///
/// False, and nothing written, for other texts.
bool add_mssql_logon(PayloadWriter& out, std::string_view text);

/// Reads an event of SQL Server Audit (33205): lines `key:value`, of which those that ECS has names for become fields, and
/// what was done to which object stands under vendor.*.
void add_mssql_audit(PayloadWriter& out, std::string_view text);

}  // namespace vigil
