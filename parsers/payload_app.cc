#include "parsers/payload_app.h"

#include "parsers/characters.h"
#include "parsers/key_table.h"
#include "parsers/payload_text.h"

namespace vigil {
namespace {

/// Names of one sort, parted by blanks, in lower case.
struct Group {
  AppKind kind;
  std::string_view names;
};
constexpr Group kGroups[] = {
    // clang-format off
    {AppKind::sshd,
     "sshd sshd-session sshd-auth"},
    {AppKind::sudo,
     "sudo sudoedit su doas pkexec runuser"},
    {AppKind::clamav,
     "clamd clamscan clamdscan clamonacc clamav clamav-milter clamav-daemon freshclam clamav-freshclam "
     "clamsmtpd"},
    {AppKind::web,
     "nginx apache apache2 httpd httpd2 httpd-prefork apachectl apache-access apache-error apache_access "
     "apache_error nginx_access nginx_error lighttpd caddy haproxy tomcat tomcat7 tomcat8 tomcat9 tomcat10 "
     "catalina iis w3svc inetsrv w3wp traefik envoy varnish varnishd varnishncsa openresty tengine litespeed "
     "lshttpd openlitespeed lsws cherokee hiawatha thttpd mini_httpd boa uhttpd h2o gunicorn uwsgi unicorn "
     "puma passenger nodejs pm2 jetty resin undertow php-fpm php-cgi php wordpress wp drupal joomla magento "
     "mediawiki moodle rails django flask unitd pound hitch nghttpx angie hx-ssl-access access_log access.log "
     "error_log cloudfront wildfly glassfish weblogic websphere jboss"},
    {AppKind::proxy,
     "squid squid3 squid-1 squid-access tinyproxy privoxy dansguardian e2guardian c-icap squidguard sarg "
     "pac3proxy 3proxy danted sockd mitmproxy polipo bluecoat proxysg proxysg_access swg zscaler zscalernss "
     "zscalernss-web zscalernss-fw nss-web websense forcepoint mwg webgateway webwasher ironport wsa "
     "contentgateway trafficserver traffic_server ssldata trustwave iboss netskope menlo umbrella"},
    {AppKind::logon,
     "login gdm gdm-password gdm-session-worker gdm-launch-environment gdm-autologin lightdm sddm sddm-helper "
     "kdm xdm systemd-logind elogind sshguard fail2ban fail2ban-server fail2ban.actions fail2ban.filter "
     "polkitd polkit-agent-helper-1 useradd usermod userdel groupadd groupmod groupdel gpasswd passwd chpasswd "
     "chage chfn chsh newusers adduser deluser addgroup delgroup newgrp faillock pam_tally2 agetty getty "
     "mgetty dropbear telnetd in.telnetd rlogind in.rlogind rshd in.rshd rexecd remote login.app loginwindow "
     "authd opendirectoryd securityd securityd_service com.apple.securityd screensharingd screensaverengine "
     "authorizationhost coreauthd xrdp xrdp-sesman vncserver xvnc nx nxserver realmd oddjobd winbindd sssd "
     "sssd_be sssd_pam sssd_nss sssd_ssh sssd_sudo krb5_child ldap_child pam pam_unix pam_sss nscd nslcd "
     "gnome-keyring-daemon kscreenlocker_greet xscreensaver i3lock mingetty utempter"},
    {AppKind::kernel,
     "kernel genunix unix vmkernel xnu klogd vmunix bsd kern"},
    {AppKind::system,
     "systemd systemd-journald systemd-udevd systemd-networkd systemd-resolved systemd-timesyncd "
     "systemd-machined systemd-coredump systemd-tmpfiles systemd-sleep systemd-shutdown systemd-modules-load "
     "systemd-fsck systemd-sysctl systemd-cryptsetup systemd-oomd systemd-userdbd systemd-hostnamed "
     "systemd-timedated systemd-localed systemd-sysusers systemd-gpt-auto-generator systemd-random-seed "
     "systemd-backlight init upstart launchd runit s6 openrc shutdown reboot halt poweroff rc rc.local cron "
     "crond crontab anacron atd fcron vixie-cron cronie periodic run-parts run-crons auditd audispd audit "
     "auditctl augenrules aureport audisp-syslog audisp-remote auditbeat rsyslogd rsyslog syslog-ng syslogd "
     "sendsyslog newsyslog logrotate logger journal journalctl syslog dbus dbus-daemon dbus-broker "
     "dbus-broker-launch networkmanager nm-dispatcher wpa_supplicant dhclient dhcpcd udhcpc network networking "
     "ifup ifdown ifplugd netplan wicked wickedd connman connmand chronyd ntpd ntp ntpdate timesyncd openntpd "
     "ptp4l phc2sys snapd snapd-desktop-i udevd udev udisksd upowerd acpid smartd mdadm mdmonitor multipathd "
     "multipath lvm lvm2 dmeventd iscsid iscsiadm irqbalance thermald tuned power-profiles-daemon ksmtuned "
     "haveged rngd rng-tools accounts-daemon colord packagekitd packagekit apt apt-get apt.systemd.daily "
     "apt-daily unattended-upgrade unattended-upgrades dpkg yum dnf dnf-automatic rpm zypper zypp pacman "
     "portage pkg freebsd-update abrtd abrt abrt-hook-ccpp abrt-server kdump kexec crash setroubleshoot "
     "setroubleshootd sealert selinux apparmor aa-status rtkit-daemon avahi-daemon avahi modem-manager "
     "modemmanager bluetoothd wpasupplicant gnome-shell gnome-session gnome-session-binary gnome-software xorg "
     "plasmashell kwin pulseaudio pipewire wireplumber gvfsd tracker-miner-fs dconf-service "
     "evolution-alarm-notify cups-browsed fwupd fwupdmgr boltd geoclue iio-sensor-proxy switcheroo-control "
     "kauditd mcelog rasdaemon ipmievd ipmiutil lm_sensors sensord fancontrol hald devd usbguard "
     "usb_modeswitch fstrim fsck e2scrub e2scrub_all btrfs zed zfs zpool xfs autofs automount rpcbind "
     "rpc.statd rpc.idmapd rpc.mountd portmap inetd xinetd in.identd cloud-init cloud-config ec2net "
     "amazon-ssm-agent ssm-agent-worker waagent google_guest_agent googleosconfigagent google-startup-scripts "
     "qemu-ga qemu-guest-agent vmtoolsd vmware-vmblock-fuse vmsvc vboxservice hv_kvp_daemon walinuxagent "
     "spice-vdagentd hypervkvpd xe-daemon puppet-agent sar sa1 sysstat atop psacct acct configd mds mdworker "
     "mdworker_shared storagekitd powerd wirelessproxd airportd syspolicyd trustd tccd distnoted cfprefsd "
     "usernoted coreservicesd softwareupdated backupd timemachine assertiond sandboxd taskgated amfid xpcproxy "
     "nsurlsessiond apsd coreaudiod windowserver finder dock spindump reportcrash diskarbitrationd fseventsd "
     "locationd mdnsresponder symptomsd airplayxpchelper wifid bluetoothaudiod ctkd hidd rebootsrvc svc.startd "
     "svc.configd fmd smf hostd-probe watchdog watchdogd softdog etckeeper needrestart needs-restarting kmod "
     "modprobe dracut mkinitrd grub plymouthd readahead prelink updatedb mlocate locate man-db tmpwatch "
     "tmpreaper winevtlog sysmon sysmonforlinux"},
    {AppKind::firewall,
     "pulsesecure ivanti juniper-sa globalprotect filterlog checkpoint pf pflogd ufw firewalld fortigate "
     "iptables ip6tables nftables nft ulogd ulogd2 shorewall shorewall6 ipfw ipf ipmon ipfilter npf csf lfd "
     "apf fwlogwatch firewall asa fwsm pix sonicwall juniper netscreen junos srx rt_flow rt_ids rt_utm rt_idp "
     "rt_screen rt_system rt_aamw rt_secintel paloalto pan-os panos panorama watchguard firebox sophos_fw "
     "ulogd-utm sophos-utm opnsense pfsense barracuda box_firewall stonegate forcepoint-ngfw hillstone sangfor "
     "h3c usg eudemon netfilter cloudxd cloudx_cli cloudx-cli avx-nfq avx-gw-state-sync avx-nfq-sync "
     "perfmon.py dfwpktlogs firewall-pktlog firewall_pktlog nsx fwd cp_log_export clusterxl vpnd fw1 bigip ltm "
     "apm asm afm tmm tmm1 tmm2 tmm3 mcpd tmsh apmd bigd sod alertd bd tmrouted netscaler nsconf nslog citrix "
     "adc avi-controller avi alteon defensepro appwall a10 acos kemp lmos"},
    {AppKind::ids,
     "suricata suricata-ids snort snort3 snort_inline snort2c zeek bro psad portsentry barnyard barnyard2 "
     "sagan pulledpork modsecurity mod_security naxsi modsec_audit falcon-sensor falcond falconctl sguil "
     "prelude prelude-manager prelude-lml honeyd cowrie kippo dionaea opencanaryd opencanary conpot t-pot "
     "darktrace vectra extrahop corelight nozomi claroty gigamon ironnet awake stamus securityonion arkime "
     "moloch nessus nessusd nnm pvs tenable.sc openvas gvmd ospd-openvas qualys qualys-cloud-agent qualysagent "
     "rapid7 ir_agent nexpose insightvm threat-protect-log atp snare snareagent imperva securesphere "
     "tippingpoint sms-audit fireeye fenotify mandiant xagt cortex traps sophosids stealthintercept "
     "stealthdefend semperis varonis datadvantage cymulate attivo illusive acalvio trapx fidelis netwitness "
     "lastline mcafee-nsp syslogalertforwarder syslogauditlogforwarder syslogfaultforwarder "
     "syslogacllogforwarder syslogfirewallforwarder forescout counteract alienvault arcsight ossim elastalert "
     "sigma thehive misp syscheck osqueryalert guardduty gatewatcher"},
    {AppKind::agent,
     "ossec ossec-analysisd ossec-syscheckd ossec-logcollector ossec-remoted ossec-agentd ossec-execd "
     "ossec-monitord ossec-rootcheck ossec-maild ossec-csyslogd wazuh wazuh-analysisd wazuh-syscheckd "
     "wazuh-logcollector wazuh-remoted wazuh-modulesd wazuh-agentd wazuh-db wazuh-execd wazuh-monitord samhain "
     "aide tripwire tripwire-enterprise rkhunter chkrootkit lynis falco crowdsec crowdsec-firewall-bouncer "
     "cscli osqueryd osqueryi tetragon tracee sysdig"},
    {AppKind::antivirus,
     "symantecserver symantec symantecdlp symantecdlpalert symantecep sep sepm smc savfl rtvscand eraserver "
     "esmc eset eset_management esets esets_daemon eset_daemon eea efs kes kesl klnagent klserver ksc "
     "kaspersky kavscanner kav4ws kavkernel savd savscan sav-protect sophos sophos-av sophosav sav "
     "sophosantivirusd sophoslivequery mcsagent sophos-spl sspl mcafee masvc macmnsvc mfetpd isectpd ens epo "
     "epoevents eposerver mcafee-epo trellix cma nails ds_agent ds_am dsa dsm ds_filter trendmicro tmicro tmcm "
     "tmcss apexone apex-central apexcentral officescan ddi ddei dda imsva imss iwsva iwss scanmail "
     "serverprotect splx sentinelone sentineld sentinelagent s1-agent cbdaemon cbagentd cbsensor carbonblack "
     "cb-event-forwarder cb_event_forwarder cb-enterprise cbdefense cylance cylancesvc cylanceprotect protect "
     "crowdstrike defender mdatp wdavdaemon mde microsoft-defender maldet lmd rkhuntr avast avg avgd avgdaemon "
     "avira avguard bdagent bdsec bitdefender bdscan gravityzone drweb drwebd dr.web drweb-ctl fsav f-secure "
     "fsavd fsecure fprot comodo cmdagent cmdavd panda pavsl webroot malwarebytes mbam mbae epp epp-agent "
     "tanium taniumclient tanium_client bigfix besclient deepinstinct cybereason cynet xprotect "
     "xprotectservice mrt gatekeeper nproc zimperium airwatch mobileiron jamf jamfpro intune deviceguard "
     "digitalguardian dlp safend endpointprotector netwrix cososys fireamp amp4e ampdaemon ciscoamp opswat "
     "opswatpc metadefender"},
    {AppKind::network,
     "authp callbridge webbridge hostapd lldpd snmpd snmptrapd snmptrapd-1 zebra bgpd ospfd ospf6d ripd ripngd isisd ldpd pimd bfdd "
     "staticd vtysh frr watchfrr quagga bird bird6 gobgpd exabgp keepalived vrrpd ucarp conntrackd "
     "ovs-vswitchd ovsdb-server ovn-controller ovn-northd openvswitch switchd ptmd clagd teamd teamsyncd "
     "orchagent syncd swss portsyncd neighsyncd pmon lldpmgrd lldp_syncd bgpcfgd fpmsyncd rpd mib2d eswd l2ald "
     "l2cpd dcd chassisd pfed ppmd lacpd cosd kmd jsrpd eventd mgd mgd-api jdhcpd alarmd craftd fpc pfe pfex "
     "tfeb0 feb license-check sflowd lfmd cfmd dot1xd ksyncd sntpd authmgr stm wms sapd cli cfgm isakmpd "
     "fpapps arci nanny mdns dds profmgr swlogd lldpcd aclmgrd vrfd intfd ops-switchd hpe-restd crs procmgr "
     "strata sysdb alel3agent imi msdp mstpd stpd rstp lacp eigrp netflow nfcapd nfdump softflowd pmacctd "
     "fprobe sflow ntopng wlc capwap capwapd lwapp apd apmgr hostapd_cli unifi mca mcad mcagent ubnt mikrotik "
     "routeros meraki sport rgpd riverbed steelhead webasd aruba mist ruckus smartzone zonedirector zd "
     "core-smartzone cmdlogger trapmgr unitmgr emweb poe poed stackmgr nim cisco nexus viptela vdaemon vmanage "
     "sysmgr omp ftmd cxpd velocloud silverpeak edgeconnect versa viptelad peplink draytek vigor zyxel tplink "
     "omada dlink netgear huawei alcatel omnisswitch extreme exos xos brocade ironware nmreporting.exe "
     "localityserver pppd pptpd xl2tpd l2tpd mpd mpd5 accel-ppp pppoe-server rp-pppoe radvd igmpproxy "
     "miniupnpd upnpd odhcpd odhcp6c netifd procd infoblox bloxone bluecat efficientip serial_console csr1000v "
     "iosxr iosxe catos gbb avaya audiocodes sbc acmepacket oracle-sbc cucm callmanager apcupsd apc ups upsd "
     "upsmon nut usv pdu liebert eaton ipcam hikvision dahua axis vivotek nvr dvr synology qnap qulogd "
     "netmotion loadbalancer ha-monitor mcelogd"},
    {AppKind::infrastructure,
     "vobd vmkeventd vprobed idrac idrac9 ilo ilo4 ilo5 ilo6 cimc ucsm ibmc bmc imm imm2 xcc raritan ome "
     "openmanage dhcpd dhcpd6 isc-dhcp-server dhcp dhcp6d kea kea-dhcp4 kea-dhcp6 kea-ctrl-agent dnsmasq "
     "dnsmasq-dhcp dnsmasq-tftp unbound named named-sdb bind bind9 pdns pdns_server pdns_recursor powerdns "
     "recursor knotd kresd nsd coredns dnsdist pihole pihole-ftl adguardhome rbldnsd stubby dnscrypt-proxy "
     "tftpd in.tftpd atftpd dhcrelay dhcp-helper udhcpd wins winsd openwrt-dns technitium avamar datadomain "
     "networker commvault veeam veeambackup veritas netbackup bacula bacula-dir bacula-sd bacula-fd bareos "
     "bareos-dir amanda netapp ontap wafl isilon powerscale onefs powerstore emc purestorage nimble 3par "
     "storeonce equallogic hitachi truenas freenas glusterfsd glusterd ceph-mon ceph-osd ceph-mgr ceph-mds "
     "cephadm minio nfsd rpc.nfsd mountd netatalk afpd nutanix prism ahv hostd vpxa vpxd vcenter esxi fdm vsan "
     "vsansystem vmkwarning vmauthd vmware-vpxd rhttpproxy sfcbd sfcb lwsmd vmware-authd libvirtd virtqemud "
     "virtlogd qemu qemu-kvm xapi xenstored xcp-rrdd pve pvedaemon pveproxy pvestatd pve-ha-crm pve-firewall "
     "corosync pacemaker pacemakerd crmd pengine stonith-ng drbd heartbeat dlm clvmd ovirt-engine vdsm oned "
     "hyperv storagenode"},
    {AppKind::aaa,
     "radiusd freeradius radius radiator tac_plus tacacs tacplus openvpn ovpn-server openvpn-server wireguard "
     "wg-quick charon charon-systemd strongswan ipsec pluto racoon iked openconnect ocserv softether vpnserver "
     "anyconnect sslvpn fortiauthenticator ise cise acs clearpass cppm okta okta-ad-agent duo duoauthproxy "
     "authproxy duo_unix pam_duo rsa securid authmanager authentication_manager cyberark cyberarkvault "
     "vault-cyberark pvwa beyondtrust bomgar pbrun pbmasterd pmul secretserver thycotic delinea "
     "passwordmanagerpro pam360 one-identity safeguard kadmind krb5kdc kadmin kdc heimdal slapd ns-slapd "
     "389-ds dirsrv ldap openldap ipa freeipa ipa-dnskeysyncd keycloak cas shibboleth shibd idp simplesamlphp "
     "gluu authentik authelia authelia-server privacyidea linotp pingfederate pingaccess siteminder adfs "
     "onelogin jumpcloud auth0 teleport vault hashicorp-vault tenable.ad alsid adaudit adaudit_plus "
     "manageengine samba winbind samba-dc cimserver cimlistener cockpit-session cockpit-ws guacd guacamole"},
    {AppKind::mail,
     "postfix dovecot sendmail sm-mta sm-msp-queue exim exim4 opendkim opendmarc opendkim-milter policyd-spf "
     "postgrey postscreen postsrsd spamd spamassassin amavis amavisd amavisd-new rspamd mailscanner mimedefang "
     "milter-greylist greyd qmail qmail-send qmail-smtpd vpopmail courier couriertls imapd imapd-ssl pop3d "
     "pop3d-ssl ipop3d cyrus cyrus-imapd lmtpd lmtpunix master pop3-login imap-login managesieve-login mailman "
     "mailman3 mutt fetchmail getmail msmtp ssmtp nullmailer zimbra zmmailboxd zmconfigd zimbramon saslauthd "
     "authdaemond authdaemon perdition nginx-mail roundcube roundcubemail squirrelmail horde sogo sogod "
     "mailenable hmailserver exchange msexchange mdaemon kerio mailcleaner proxmox-mailgateway pmg-smtp-filter "
     "pmgpolicy pmgproxy fortimail mail_logs asyncos esa pps filter_instance1 filter_instance2 proofpoint "
     "mimecast messagelabs bmserver bmifilter symantec-messaging-gateway brightmail ecelerity conduit "
     "stats-mail mail vacation procmail maildrop dkimproxy opensmtpd smtpd smtp smtpctl stalwart mailcow "
     "haraka spf"},
    {AppKind::database,
     "mysqld mysql mysqld_safe mysql-audit mysqladmin mariadbd mariadb mariadb-server server_audit percona "
     "galera wsrep proxysql maxscale postgres postgresql postmaster pgbouncer pgpool patroni pgaudit "
     "pgbackrest repmgrd barman oracle oracle_audit ora oracledb rdbms tnslsnr lsnrctl sqlplus mssql "
     "mssqlserver sqlservr sqlserver sqlserveragent db2 db2sysc db2audit informix sybase sap hana "
     "hdbindexserver mongod mongos mongodb redis redis-server redis-sentinel valkey memcached cassandra "
     "couchdb couchbase elasticsearch opensearch solr influxd influxdb clickhouse clickhouse-server cockroach "
     "tidb etcd consul neo4j firebird teradata vertica greenplum snowflake guardium dbprotect"},
    {AppKind::service,
     "smbd nmbd smb vsftpd proftpd pure-ftpd pure-ftpd-1 ftpd in.ftpd wu-ftpd glftpd filezilla sftp-server "
     "internal-sftp sftpgo crushftp dockerd docker docker-compose containerd containerd-shim podman crio "
     "conmon buildkitd runc kubelet kube-apiserver kube-scheduler kube-controller-manager kube-controller "
     "kube-proxy kubernetes k3s k8s rke2 microk8s calico calico-node flannel cilium-agent istio-proxy java "
     "jsvc python python2 python3 perl ruby node npm erl beam.smp dotnet asterisk freeswitch kamailio opensips "
     "sipwitch rtpengine ejabberd prosody openfire mattermost rocketchat jenkins gitlab gitlab-runner gitea "
     "gogs gerrit svnserve git-daemon nexus-repo artifactory sonarqube bamboo bitbucket jira confluence "
     "redmine nextcloud owncloud seafile seahub syncthing rabbitmq rabbitmq-server activemq kafka zookeeper "
     "nats-server mosquitto emqx celery airflow nagios nagios3 nagios4 nrpe icinga icinga2 zabbix_server "
     "zabbix_agentd zabbix_agent2 zabbix_proxy zabbix prometheus node_exporter alertmanager grafana "
     "grafana-server telegraf collectd statsd netdata monit munin-node cacti check_mk_agent cmk librenms "
     "observium graylog graylog-server logstash filebeat metricbeat winlogbeat packetbeat heartbeat-elastic "
     "fluentd fluent-bit td-agent vector promtail loki splunkd splunk nxlog kibana datadog-agent "
     "newrelic-infra dynatrace oneagent ansible ansible-playbook salt-master salt-minion puppet puppet-master "
     "puppetserver puppetdb chef-client chef cfengine cf-agent foreman foreman-proxy rundeck awx terraform "
     "webmin usermin miniserv.pl cockpit cpanel cpsrvd cpaneld whostmgrd webmaild cphulkd plesk sw-cp-server "
     "directadmin vesta ispconfig froxlor phpmyadmin adminer cups cupsd lpd lprng openstack nova-api "
     "nova-compute nova-scheduler neutron-server neutron-l3-agent cinder-volume cinder-api glance-api keystone "
     "heat-engine swift-proxy-server proxy-server account-server container-server object-server horizon hadoop "
     "hdfs yarn spark hive hbase namenode datanode sapstart disp+work icman domino peoplesoft sharepoint "
     "office365 o365 salesforce workday servicenow github dropbox google-workspace gsuite aws cloudtrail "
     "cloudwatch azure azuread entra gcp stackdriver teams onedrive rsync rsyncd rclone duplicity restic borg "
     "unifi-controller tacview minecraft plex jellyfin home-assistant homeassistant transmission-daemon "
     "deluged sabnzbd tor torproxy i2p mumble murmurd teamspeak ts3server squeezelite mpd-music icecast vlc "
     "ffmpeg xrdp-chansrv tomcat-app payara onlyoffice documentserver collabora coolwsd jitsi jicofo jvb "
     "bigbluebutton moodle-cron dspace koha koha-zebra aleph primo papercut papercut-mf pcng print-provider "
     "snipe-it glpi otrs znuny"},
    {AppKind::windows,
     "mswineventlog eventlog wineventlog nxlog-eventlog evtsys eventlog-to-syslog "
     "microsoft-windows-security-auditing service_control_manager security-auditing"},
    // clang-format on
};

struct App {
  std::string_view key;
  AppKind kind;
};

consteval std::size_t count_names() {
  std::size_t count = 0;
  for (const Group& group : kGroups) {
    for (std::size_t i = 0; i < group.names.size(); ++i) {
      count += group.names[i] != ' ' && (i == 0 || group.names[i - 1] == ' ');
    }
  }
  return count;
}

struct Apps {
  App rows[count_names()];
};
consteval Apps list_names() {
  Apps out{};
  std::size_t at = 0;
  for (const Group& group : kGroups) {
    for (std::size_t i = 0; i < group.names.size();) {
      std::size_t end = i;
      while (end < group.names.size() && group.names[end] != ' ') ++end;
      if (end > i) out.rows[at++] = {group.names.substr(i, end - i), group.kind};
      i = end + 1;
    }
  }
  return out;
}
constexpr Apps kApps = list_names();
constexpr KeyTable kTable(kApps.rows);

constexpr AsciiSet kNameEnds("/.(_]:@|#");

/// Programs write their names in either case; longer ones are in no table.
AppKind look_up(std::string_view name) {
  char small[40];
  if (name.empty() || name.size() > sizeof small) return AppKind::unknown;
  for (std::size_t i = 0; i < name.size(); ++i) small[i] = lower(name[i]);
  const App* const row = kTable.find({small, name.size()});
  return row == nullptr ? AppKind::unknown : row->kind;
}

std::string_view without_digits(std::string_view name) {
  while (!name.empty() && is_digit(name.back())) name.remove_suffix(1);
  return name;
}

}  // namespace

std::string_view program_name(std::string_view app) {
  std::string_view name = app;
  if (name.starts_with('/')) name.remove_prefix(name.rfind('/') + 1);
  std::size_t end = 0;
  while (end < name.size() && !kNameEnds.has(name[end])) ++end;
  if (end == 0) return app;
  name = name.substr(0, end);
  const std::string_view shorter = without_digits(name);
  return shorter.size() > 1 && shorter.size() < name.size() && shorter.ends_with('-')
             ? shorter.substr(0, shorter.size() - 1)
             : name;
}

AppKind app_kind(std::string_view app) {
  if (app.empty()) return AppKind::unknown;
  if (const AppKind kind = look_up(app); kind != AppKind::unknown) return kind;
  // Cisco's %FACILITY-LEVEL-NAME: firewalls, switches, routers
  if (app.front() == '%') return AppKind::firewall;
  const std::string_view name = program_name(app);
  if (const AppKind kind = look_up(name); kind != AppKind::unknown) return kind;
  // "tomcat9", "php7.4", "tmm12"
  if (const AppKind kind = look_up(without_digits(name)); kind != AppKind::unknown) return kind;
  // SONiC puts the container in front: "bgp#zebra".
  if (const std::size_t mark = app.find('#'); mark != std::string_view::npos) {
    if (const AppKind kind = look_up(app.substr(mark + 1)); kind != AppKind::unknown) return kind;
  }
  if (app.starts_with("Microsoft-Windows-")) return AppKind::windows;
  return AppKind::unknown;
}

Kinds app_kinds(AppKind kind) {
  switch (kind) {
    case AppKind::sshd:
    case AppKind::sudo:
    case AppKind::logon:
      return Kind::os | Kind::logon;
    case AppKind::web:
      return Kind::web;
    case AppKind::proxy:
      return Kind::web | Kind::device;
    case AppKind::kernel:
    case AppKind::system:
    case AppKind::windows:
      return Kind::os;
    case AppKind::clamav:
    case AppKind::antivirus:
    case AppKind::firewall:
    case AppKind::ids:
    case AppKind::network:
      return Kind::device;
    case AppKind::agent:
      return Kind::device | Kind::application;
    case AppKind::aaa:
      return Kind::application | Kind::logon;
    case AppKind::infrastructure:
    case AppKind::mail:
    case AppKind::database:
    case AppKind::service:
      return Kind::application;
    case AppKind::unknown:
      return {};
  }
  return {};
}

std::string_view linux_service(std::string_view app) {
  if (app == "cron" || app == "CRON" || app == "crond" || app == "anacron") return "cron";
  if (app == "vsftpd") return "vsftpd";
  if (app == "guacd") return "guacamole";
  if (app == "auditd" || app == "audispd") return "auditd";
  switch (app_kind(app)) {
    case AppKind::logon:
    case AppKind::aaa:
      return "auth";
    case AppKind::kernel:
    case AppKind::system:
    case AppKind::network:
    case AppKind::infrastructure:
    case AppKind::proxy:
    case AppKind::mail:
    case AppKind::service:
    case AppKind::database:
      return "syslog";
    default:
      return {};
  }
}

bool is_linux_service(std::string_view service) {
  return is_any(service, {"", "auditd", "auth", "cron", "guacamole", "syslog", "vsftpd"});
}

}  // namespace vigil
