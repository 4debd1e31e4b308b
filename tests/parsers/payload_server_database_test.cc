// Databases: MySQL and MariaDB, PostgreSQL, SQL Server, MongoDB, Redis, Oracle; each in the forms they come in.

#include "tests/parsers/payload_case.h"

namespace vigil {
namespace {

constexpr PayloadCase kMysql[] = {
    {"5.7's error log: a wrong password",
     "2026-11-20T06:59:00.123456Z 8 [Note] Access denied for user 'root'@'203.0.113.9' (using password: YES)",
     "format=mysql_file | time=1795157940123456000 | event.category=authentication | event.outcome=failure | "
     "user.name=root | "
     "source.ip=203.0.113.9 | log.level=Note | process.thread.id=8 | kinds=application logon | "
     "host.name=192.0.2.9"},
    {"8.0's has a code and a subsystem",
     "2026-11-20T06:59:00.123456Z 9 [Warning] [MY-010055] [Server] IP address '203.0.113.9' could not be "
     "resolved: Name unknown",
     "format=mysql_file | event.code=MY-010055 | event.provider=Server | source.ip=203.0.113.9 | "
     "event.reason=Name unknown | "
     "kinds=application"},
    {"MariaDB's hours below ten have a blank",
     "2026-11-20  6:59:00 8 [Warning] Access denied for user 'bob'@'localhost'",
     "format=mysql_file | time=1795129140000000000 | user.name=bob | source.domain=localhost | "
     "event.outcome=failure"},
    {"5.5's day has six digits", "261120 14:59:00 [Note] /usr/sbin/mysqld: ready for connections.",
     "format=mysql_file | time=1795157940000000000 | log.level=Note"},
    {"a name that holds what looks like a host",
     "2026-11-20T06:59:00Z 8 [Note] Access denied for user 'x'@'198.51.100.1' (using password: "
     "NO)'@'203.0.113.9' (using "
     "password: YES)",
     "source.ip=203.0.113.9"},
    {"words behind it: this is not what the server writes",
     "2026-11-20T06:59:00Z 8 [Note] Access denied for user 'root'@'203.0.113.9' (using password: YES), he "
     "said",
     "format=mysql_file | !event.outcome"},
    {"an aborted connection is no failed logon",
     "2026-11-20T06:59:00Z 8 [Note] Aborted connection 8 to db: 'shop' user: 'app' host: '203.0.113.9' (Got "
     "timeout reading "
     "communication packets)",
     "event.category=session | user.name=app | source.ip=203.0.113.9 | !event.outcome"},
    {"the general log", "2026-11-20T06:59:00.123456Z\t    8 Connect\troot@203.0.113.9 on shop using TCP/IP",
     "format=mysql_file | event.outcome=success | user.name=root | source.ip=203.0.113.9 | "
     "vendor.database=shop | "
     "event.category=authentication"},
    {"the general log says so too",
     "261120 14:59:00\t    8 Connect\tAccess denied for user 'root'@'203.0.113.9' (using password: YES)",
     "event.outcome=failure | user.name=root | source.ip=203.0.113.9"},
    {"a query", "2026-11-20T06:59:00.123456Z\t    8 Query\tSELECT 1",
     "vendor.query=SELECT 1 | event.category=database"},
    {"by syslog the header is kept",
     "<28>Nov 20 14:59:00 db1 mysqld[7]: 2026-11-20 14:59:00 8 [Warning] Access denied for user "
     "'root'@'203.0.113.9' (using "
     "password: YES)",
     "format=mysql | host.name=db1 | process.name=mysqld | process.pid=7 | user.name=root | "
     "event.outcome=failure | "
     "source=linux//syslog | kinds=application logon"},
    {"a slow query of several lines",
     "# Time: 2026-11-20T06:59:00.123456Z\n# User@Host: app[app] @ web1 [203.0.113.9]  Id: 7\n# Query_time: "
     "2.500000  Lock_time: "
     "0.000100 Rows_sent: 1  Rows_examined: 9\nuse shop;\nSET timestamp=1795157940;\nSELECT *\nFROM t;",
     "format=mysql | time=1795157940000000000 | event.duration=2500000000 | user.name=app | "
     "source.ip=203.0.113.9 | "
     "source.domain=web1 | vendor.Rows_examined=9 | vendor.database=shop"},
    {"one cut in its second line", "# User@Host: app[app] @ web1 [203.0.1", "format=mysql | user.name=app"},
    {"Enterprise audit in JSON, with the comma of its array",
     R"({"timestamp":"2026-11-20 06:59:00","id":0,"class":"connection","event":"connect","connection_id":7,"account":{"user":"bob","host":"web1"},"login":{"user":"bob","os":"","ip":"203.0.113.9","proxy":""},"connection_data":{"status":1045}},)",
     "format=mysql | time=1795157940000000000 | event.outcome=failure | user.name=bob | "
     "source.ip=203.0.113.9 | source.domain=web1"},
    {"whom a statement is about",
     R"({"timestamp":"2026-11-20 06:59:00","class":"general","event":"status","connection_id":7,"account":{"user":"root","host":""},"general_data":{"sql_command":"create_user","query":"CREATE USER IF NOT EXISTS 'eve'@'%' IDENTIFIED BY 'x'","status":0}})",
     "user.target.name=eve | user.target.domain=% | event.category=iam | event.outcome=success"},
    {"Percona's audit in XML",
     R"(<AUDIT_RECORD NAME="Connect" RECORD="7_2026-11-20T06:50:00" TIMESTAMP="2026-11-20T06:59:00 UTC" CONNECTION_ID="8" STATUS="0" USER="bob" HOST="web1" IP="203.0.113.9" DB="shop"/>)",
     "format=mysql | time=1795157940000000000 | event.outcome=success | user.name=bob | "
     "source.ip=203.0.113.9"},
    {"MariaDB's audit", "20261120 14:59:00,db1,root,203.0.113.9,8,0,FAILED_CONNECT,,,1045",
     "format=mysql_file | time=1795157940000000000 | event.outcome=failure | user.name=root | "
     "source.ip=203.0.113.9 | event.code=1045"},
    {"MariaDB's audit by syslog",
     "<14>Nov 20 14:59:00 db1 mysql-server_auditing: db1,root,203.0.113.9,8,5,QUERY,shop,'select a, b',0",
     "format=mysql | user.name=root | vendor.query=select a, b | !event.code"},
    {"another program's dated line is not ours", "2026-11-20T06:59:00Z 8 bottles of beer", "format=none"},
};
TEST(PayloadServerMysql, ReadsAllItsLogs) { check_all(kMysql); }

constexpr PayloadCase kPostgresql[] = {
    {"a wrong password",
     "2026-11-20 14:59:00.123 CST [7] bob@school FATAL:  password authentication failed for user \"bob\"",
     "format=postgresql_file | time=1795157940123000000 | event.outcome=failure | "
     "event.category=authentication | user.name=bob | "
     "process.pid=7 | vendor.database=school | log.level=FATAL | kinds=application logon"},
    {"a zone that is not ours", "2026-11-20 07:59:00.123 CET [7] LOG:  checkpoint starting: time",
     "time=1795157940123000000 | event.category=database | kinds=application"},
    {"the client first",
     "203.0.113.9 2026-11-20 06:59:00.123 UTC [7] bob@x FATAL:  role \"bob\" does not exist",
     "format=postgresql_file | source.ip=203.0.113.9 | user.name=bob | event.outcome=failure | "
     "time=1795157940123000000"},
    {"Amazon's prefix",
     "2026-11-20 06:59:00 UTC:203.0.113.9(50022):bob@school:[7]:FATAL:  password authentication failed for "
     "user \"bob\"",
     "format=postgresql_file | source.ip=203.0.113.9 | source.port=50022 | user.name=bob | process.pid=7 | "
     "event.outcome=failure"},
    {"pgBadger's prefix",
     "2026-11-20 06:59:00 UTC [7]: user=bob,db=school,app=psql,client=203.0.113.9 LOG:  duration: 1.500 ms  "
     "statement: SELECT 1",
     "user.name=bob | source.ip=203.0.113.9 | event.duration=1500000 | vendor.query=SELECT 1 | "
     "vendor.application=psql"},
    {"no entry for the host",
     "2026-11-20 06:59:00 UTC [7] FATAL:  no pg_hba.conf entry for host \"203.0.113.9\", user \"bob\", "
     "database \"school\", no encryption",
     "event.outcome=failure | source.ip=203.0.113.9 | user.name=bob | event.reason=no encryption"},
    {"an authorized connection",
     "2026-11-20 06:59:00 UTC [7] LOG:  connection authorized: user=bob database=school "
     "application_name=psql SSL enabled "
     "(protocol=TLSv1.3, cipher=TLS_AES_256_GCM_SHA384, bits=256)",
     "event.outcome=success | user.name=bob"},
    {"a detail is not a second failure", "2026-11-20 06:59:00 UTC [7] DETAIL:  Role \"bob\" does not exist.",
     "!event.outcome | event.category=database"},
    {"a refused statement is none", "2026-11-20 06:59:00 UTC [7] bob@x ERROR:  permission denied for table t",
     "!event.outcome"},
    {"csvlog",
     "2026-11-20 06:59:00.123 "
     "UTC,\"bob\",\"school\",7,\"203.0.113.9:50022\",6028ff3a.56,1,\"authentication\",2026-11-20 06:58:59 "
     "UTC,3/1,0,FATAL,28P01,\"password authentication failed for user \"\"bob\"\"\",,,,,,,,,\"\"",
     "format=postgresql_file | event.code=28P01 | user.name=bob | source.ip=203.0.113.9 | source.port=50022 "
     "| event.outcome=failure | "
     "process.pid=7 | time=1795157940123000000"},
    {"csvlog cut in a cell",
     "2026-11-20 06:59:00.123 UTC,\"bob\",\"school\",7,\"203.0.113.9:50022\",6028ff3a.56,1,\"SEL",
     "format=postgresql_file | user.name=bob | source.ip=203.0.113.9"},
    {"jsonlog",
     R"({"timestamp":"2026-11-20 06:59:00.123 UTC","user":"bob","dbname":"school","pid":7,"remote_host":"203.0.113.9","remote_port":50022,"session_id":"x.7","error_severity":"FATAL","state_code":"28P01","message":"password authentication failed for user \"bob\"","backend_type":"client backend"})",
     "format=postgresql | time=1795157940123000000 | source.ip=203.0.113.9 | user.name=bob | "
     "event.outcome=failure | event.code=28P01"},
    {"by syslog",
     "<131>Nov 20 14:59:00 db1 postgres[7]: [3-1] 2026-11-20 14:59:00 CST FATAL:  password authentication "
     "failed for user \"bob\"",
     "format=postgresql | host.name=db1 | process.pid=7 | event.outcome=failure | user.name=bob"},
    {"a program that also writes ERROR", "2026-11-20 06:59:00 ERROR: no such file", "format=none"},
};
TEST(PayloadServerPostgresql, ReadsAllItsLogs) { check_all(kPostgresql); }

constexpr PayloadCase kOthers[] = {
    {"SQL Server's ERRORLOG",
     "2026-11-20 14:59:00.12 Logon       Login failed for user 'O'Hara'. Reason: Password did not match that "
     "for the login provided. "
     "[CLIENT: 203.0.113.9]",
     "format=mssql | event.outcome=failure | user.name=O'Hara | source.ip=203.0.113.9 | "
     "kinds=application logon"},
    {"a start",
     "2026-11-20 14:59:00.12 Server      SQL Server is now ready for client connections. This is an "
     "informational message.",
     "format=mssql | kinds=application"},
    {"MongoDB's JSON",
     R"({"t":{"$date":"2026-11-20T14:59:00.123+08:00"},"s":"I","c":"ACCESS","id":20249,"ctx":"conn7","msg":"Authentication failed","attr":{"mechanism":"SCRAM-SHA-256","principalName":"admin","authenticationDatabase":"admin","remote":"203.0.113.9:50022","error":"AuthenticationFailed"}})",
     "format=database | time=1795157940123000000 | event.outcome=failure | user.name=admin | "
     "source.ip=203.0.113.9 | source.port=50022"},
    {"MongoDB before 4.4",
     "2026-11-20T14:59:00.123+0800 I ACCESS   [conn7] Successfully authenticated as principal admin on admin "
     "from client "
     "203.0.113.9:50022",
     "format=database_file | event.outcome=success | user.name=admin | source.ip=203.0.113.9"},
    {"Redis", "1:M 20 Nov 2026 14:59:00.123 * Ready to accept connections",
     "format=database | time=1795157940123000000 | process.pid=1 | event.action=server_started"},
    {"Oracle's listener",
     "20-NOV-2026 14:59:00 * (CONNECT_DATA=(SID=orcl)(CID=(PROGRAM=sqlplus)(HOST=pc1)(USER=bob))) * "
     "(ADDRESS=(PROTOCOL=tcp)(HOST=203.0.113.9)(PORT=50022)) * establish * orcl * 12514",
     "format=database | source.ip=203.0.113.9 | source.port=50022 | user.name=bob | event.outcome=failure | "
     "service.name=orcl"},
    {"Oracle's audit",
     "<133>Nov 20 14:59:00 db1 Oracle Audit[7]: LENGTH : '160' ACTION :[7] 'CONNECT' DATABASE USER:[6] "
     "'SYSTEM' PRIVILEGE :[4] 'NONE' "
     "CLIENT USER:[3] 'bob' CLIENT TERMINAL:[5] 'pts/0' STATUS:[4] '1017'",
     "format=database | event.outcome=failure | user.name=SYSTEM | source.user.name=bob | event.code=1017"},
    {"SQL Server's audit in the event log",
     R"({"winlog":{"channel":"Security","event_id":"33205","provider_name":"MSSQLSERVER$AUDIT","computer_name":"DB1","event_data":{"param1":"audit_schema_version:1\naction_id:LGIF\nsucceeded:false\nclient_ip:203.0.113.9\nserver_principal_name:SCHOOL\\bob\nduration_milliseconds:0"}}})",
     "format=mssql_audit | event.outcome=failure | user.name=bob | user.domain=SCHOOL | "
     "source.ip=203.0.113.9 | kinds=application logon"},
};
TEST(PayloadServerDatabase, ReadsTheOthers) { check_all(kOthers); }

}  // namespace
}  // namespace vigil
