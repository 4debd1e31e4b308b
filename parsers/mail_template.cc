#include "parsers/mail_template.h"

#include <array>

namespace vigil {

std::span<const std::string_view> mail_field_names() {
  static constexpr std::array<std::string_view, 33> kNames = {
      "source_ref",  "title",          "event_type",   "severity",   "level",
      "detected_at", "detected_until", "published_at", "deadline",   "description",
      "evidence",    "remedy",         "reference",    "status",     "organisation_name",
      "ip",          "port",           "url",          "src_ip",     "src_port",
      "src_nat_ip",  "dst_ip",         "dst_port",     "dst_nat_ip", "protocol",
      "rule.name",   "rule.id",        "user",         "hash",       "indicators",
      "vendor",      "product",        "drill"};
  return kNames;
}

const MailTemplate& tanet_template() {
  static const MailTemplate kTanet = {
      "tanet",
      "tanet",
      {},
      {"EWA", "預警"},
      {"演練"},
      {
          {"source_ref",
           {"EWA編號",    "INT編號",       "DEF編號",    "ANA編號",    "FBI編號",   "預警編號",
            "預警單編號", "預警事件編號",  "事件單編號", "事件單號",   "事件編號",  "通報單編號",
            "通報編號",   "工單編號",      "單號",       "A-ISAC編號", "AISAC編號", "ISAC編號",
            "編號",       "ticket number", "ticket id",  "ticket no",  "ticket"}},
          {"event_type",
           {"事件類型", "事件類別", "事件分類", "預警類型", "攻擊類型", "資安事件類型", "類型", "event type",
            "category"}},
          {"title", {"事件主旨", "事件名稱", "事件標題", "預警主旨", "主旨", "標題", "subject", "title"}},
          {"severity", {"嚴重程度", "風險等級", "severity"}},
          {"level", {"事件等級", "影響等級", "事件影響等級", "資安事件等級", "等級", "level"}},
          {"published_at",
           {"發佈時間", "發布時間", "發佈日期", "發布日期", "通報時間", "派送時間", "發送時間", "建立時間",
            "published", "issued"}},
          {"detected_at",
           {"偵測時間", "偵測時間(起)", "偵測起始時間", "偵測日期", "發現時間", "發生時間", "事件發生時間",
            "事件時間", "攻擊時間", "detected", "detection time"}},
          {"detected_until", {"偵測時間(迄)", "偵測結束時間", "結束時間"}},
          {"deadline", {"通報期限", "處理期限", "回覆期限", "應變期限", "完成期限", "期限", "deadline"}},
          {"organisation_name",
           {"單位名稱", "機關名稱", "受害單位", "受害單位名稱", "所屬單位", "通知單位", "學校名稱",
            "連線單位", "單位", "organisation", "organization"}},
          {"ip",
           {"IP", "IP位址", "IP位置", "IP地址", "事件IP", "設備IP", "受害IP", "問題IP", "IPv4", "IPv6",
            "IPv6位址", "ip address"}},
          {"port", {"port", "埠號", "通訊埠", "連接埠", "服務埠"}},
          {"url", {"網址", "網頁網址", "受害網址", "惡意網址", "問題網址", "連結網址", "url"}},
          {"src_ip",
           {"來源IP", "來源IP位址", "攻擊來源IP", "攻擊來源", "攻擊IP", "攻擊者IP", "來源位址", "source ip",
            "src ip", "srcip", "src"}},
          {"dst_ip",
           {"目的IP", "目的地IP", "目的IP位址", "目標IP", "目的位址", "被攻擊IP", "destination ip", "dest ip",
            "dst ip", "dstip", "dst"}},
          {"src_port",
           {"來源Port", "來源埠", "來源埠號", "來源通訊埠", "source port", "src port", "srcport"}},
          {"dst_port",
           {"目的Port", "目的埠", "目的埠號", "目的通訊埠", "目標Port", "destination port", "dest port",
            "dst port", "dstport"}},
          {"src_nat_ip", {"NAT IP", "NAT後IP", "NAT轉址IP", "轉址後IP", "來源NAT IP", "對外IP"}},
          {"protocol", {"協定", "通訊協定", "傳輸協定", "protocol"}},
          {"rule.name",
           {"攻擊特徵", "攻擊特徵名稱", "特徵名稱", "規則名稱", "偵測規則", "偵測規則名稱", "攻擊名稱",
            "觸發規則", "特徵", "規則", "攻擊特徵/規則", "signature", "rule"}},
          {"rule.id",
           {"規則ID", "規則編號", "特徵ID", "特徵編號", "攻擊特徵ID", "signature id", "rule id", "sid"}},
          {"description",
           {"事件說明", "事件描述", "事件內容", "內容說明", "詳細說明", "說明", "內容", "description"}},
          {"evidence", {"佐證資料", "佐證", "相關紀錄", "事件紀錄", "紀錄", "log", "logs", "evidence"}},
          {"remedy",
           {"建議處理方式", "建議處理措施", "建議措施", "處理建議", "建議處理", "處理方式", "因應措施",
            "建議", "recommendation"}},
          {"reference", {"參考資料", "參考連結", "參考", "reference"}},
          {"status", {"處理狀態", "狀態", "status"}},
          {"user", {"帳號", "使用者帳號", "使用者", "user", "account"}},
          {"hash", {"雜湊值", "檔案雜湊", "檔案雜湊值", "hash", "MD5", "SHA1", "SHA256", "SHA-1", "SHA-256"}},
      }};
  return kTanet;
}

}  // namespace vigil
