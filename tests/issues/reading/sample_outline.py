"""A small outline of our own that uses every part of the format."""

from typing import Any


def sample() -> dict[str, Any]:
    return {
        "title": "关于整改进展情况的通报",
        "unit": "中共某局党组",
        "date": "2024-08-01",
        "inspection": {
            "name": "一届区委第二轮巡察",
            "team": "第一巡察组",
            "start": "2024-03-04",
            "end": "2024-04-04",
            "feedback_date": "2024-05-06",
        },
        "headline": {
            "raw": [{"text": "共9个问题，退回12345.67元", "start": 1, "end": 17}],
            "issues": 9,
            "rules": None,
            "money_returned_yuan": 12345.67,
            "meetings": {"raw": {"text": "三次会议", "start": 3, "end": 7}, "value": 3},
        },
        "areas": [
            {
                "number": "（一）",
                "title": "学习方面",
                "raw_title": "（一）“学习”方面",
                "issues": [
                    {
                        "number": "1.",
                        "title": "学习不够",
                        "raw_title": "1.针对学习不够的问题",
                        "tasks": [
                            {
                                "number": "（1）",
                                "title": "计划不实",
                                "raw_title": "（1）计划不实",
                                "lead_in": "整改情况：",
                                "preamble": None,
                                "measures": [
                                    {
                                        "ordinal": "一是",
                                        "text": "订立计划。",
                                        "start": 10,
                                        "end": 15,
                                    },
                                    {"ordinal": "二是", "text": "补学三次。"},
                                ],
                            },
                        ],
                    },
                    {
                        "title": "讨论不深",
                        "tasks": [
                            {
                                "title": None,
                                "preamble": {"text": "成立专班。", "start": 40, "end": 45},
                                "measures": [{"text": "每季度研讨一次。"}],
                            },
                        ],
                    },
                ],
            },
        ],
    }
