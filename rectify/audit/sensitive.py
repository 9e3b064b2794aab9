"""Lists whose reading is itself an event: the one table, by the name of the address."""

# Downloads and exports are not here: their domain functions record each of them.
# audit.verify, audit.export and the like are likewise recorded by what they do.
SENSITIVE: dict[str, str] = {
    "ledger": "台账",
    "tree": "问题清单",
    "evidence_list": "佐证材料清单",
    "outcomes": "整改成果",
    "dashboard_print": "首页打印稿",
    "digest": "周报",
    "documents": "通报",
    "accounts": "账号列表",
    "grants": "授权列表",
    "audit_log": "审计日志",
}
