#pragma once

#include <filesystem>

#include "config/model.h"
#include "config/reader.h"

namespace vigil::config {

// One function a section, each in a file of its own. They run in this order, because a section refers only to
// those before it: systems and listeners name organisations. `base` is what relative paths start from.

void read_organisations(Fields& top, Config& config);
void read_systems(Fields& top, Config& config);
void read_listeners(Fields& top, const std::filesystem::path& base, Config& config);
void read_tokens(Fields& top, Config& config);
void read_files(Fields& top, const std::filesystem::path& base, Config& config);
void read_mailboxes(Fields& top, const std::filesystem::path& base, Config& config);
void read_upstream(Fields& top, const std::filesystem::path& base, Config& config);
void read_watchlists(Fields& top, const std::filesystem::path& base, Config& config);
void read_retention(Fields& top, RetentionConfig& retention);
void read_enrichment(Fields& top, const std::filesystem::path& base, EnrichmentConfig& enrichment);
/// The `working_hours` of an organisation or of all, if there are any.
void read_working_hours(Fields& outer, std::optional<WorkingHoursConfig>& out);
void read_channels(Fields& top, const std::filesystem::path& base, Config& config);

/// A zone the system knows, else reported with the nearest one.
void read_zone(Fields& fields, std::string& out);
/// An organisation that exists, else reported with the nearest one.
bool read_organisation_id(Fields& fields, std::string_view key, const Config& config, std::string& out);
/// The organisation whose logs arrive somewhere, or the one at the top of the tree; and its zone.
void read_owner(Fields& fields, const Config& config, std::string& organisation, std::string& timezone);
bool read_charset(Fields& fields, Charset& out);
/// The `tls` of a listener, if it has one.
std::optional<TlsConfig> read_tls(Fields& outer, const std::filesystem::path& base);
/// One e-mail address, fit for a header line.
bool read_mail(Fields& fields, std::string_view key, std::string& out);

/// What an unconfigured daemon has: shared by embedded_default() and by files that leave a section out.
Organisation default_organisation();
std::vector<ListenerConfig> default_listeners(const std::string& organisation, const std::string& timezone);
std::vector<ChannelConfig> default_channels(const std::filesystem::path& data);

/// All zone names of the system, for hints; empty where there is no tzdata.
std::vector<std::string> zone_names();

}  // namespace vigil::config
