"""The best SQL we could write by hand for a page's numbers, on the application's own tables and indexes.

Names and labels that a page also needs are left out: this is the floor, not a page.
"""

from __future__ import annotations

_CALLS = """
SELECT {key} count(*), count(*) FILTER (WHERE accepted_leg_id IS NOT NULL),
       count(*) FILTER (WHERE accepted_at <= started_at + interval '15 seconds'),
       count(*) FILTER (WHERE accepted_at <= started_at + interval '20 seconds'),
       count(*) FILTER (WHERE accepted_at <= started_at + interval '30 seconds'),
       count(*) FILTER (WHERE outcome = 'abandoned'), count(*) FILTER (WHERE outcome = 'message'),
       percentile_disc(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM accepted_at - started_at)::int)
  FROM call WHERE started_at >= :since AND started_at < :until AND direction = 'in' {group}
"""
_LIST = "SELECT * FROM ticket WHERE {where} ORDER BY opened_at DESC, id DESC LIMIT 51"
_NAMED = "survivor_id = ANY(ARRAY(SELECT id FROM survivor WHERE name LIKE :text))"

BY_HAND = {
    "工单 tickets": (
        _LIST.format(where="opened_at >= :today AND opened_at < :until"),
        "SELECT count(*) FROM ticket WHERE call_back_by IS NOT NULL",
        "SELECT count(*), count(accepted_leg_id) FROM call WHERE started_at >= :today AND started_at < :until",
    ),
    "查找 search, by name": (_LIST.format(where=_NAMED),),
    "查找 search, a common word": (_LIST.format(where="answer LIKE :text"),),
    "查找 search, a rare text": (
        "SELECT * FROM ticket WHERE answer <> '' AND text_pairs(answer) @> text_pairs(:said) AND answer LIKE :text",
        "SELECT * FROM ticket_event WHERE kind = 'comment' AND text_pairs(data ->> 'said') @> text_pairs(:said)",
    ),
    "查找 search, by telephone": (
        f"({_LIST.format(where='caller_hash = :caller')})",
        "SELECT of.* FROM survivor_phone CROSS JOIN LATERAL (SELECT * FROM ticket"
        " WHERE survivor_id = survivor_phone.survivor_id ORDER BY opened_at DESC, id DESC LIMIT 51) AS of"
        " WHERE number_hash = :caller",
    ),
    "查找 search, by number": ("SELECT * FROM ticket WHERE number = 20477",),
    "大屏 wallboard": (
        "SELECT count(*) FROM ticket WHERE state IN ('open', 'answered', 'following_up', 'waiting', 'reopened')",
        "SELECT count(*) FROM ticket WHERE state IN ('answered', 'reopened') AND wrapped_at IS NULL",
        _CALLS.replace(":since", ":today").format(key="", group=""),
        "SELECT * FROM pattern",
        "SELECT * FROM handset",
    ),
    "响应时效 response times, 30 days": (
        _CALLS.format(key="station_id,", group="GROUP BY 1"),
        _CALLS.format(key="need,", group="GROUP BY 1"),
        """
SELECT station_id, need, count(*), count(answered_at), count(wrapped_at), count(solved_at)
  FROM ticket WHERE opened_at >= :since AND opened_at < :until GROUP BY 1, 2
""",
        """
SELECT percentile_disc(ARRAY[0.5, 0.9, 0.95]) WITHIN GROUP (ORDER BY extract(epoch FROM event.at - opened_at)::int)
  FROM ticket JOIN ticket_event AS event ON event.ticket_id = ticket.id AND event.kind = 'resolve'
 WHERE opened_at >= :since AND opened_at < :until
""",
        """
SELECT date_trunc('hour', started_at), count(*), count(accepted_leg_id)
  FROM call WHERE started_at >= :since AND started_at < :until GROUP BY 1
""",
    ),
}
"""Page -> its statements; pages without an entry cost what their rows cost to write out."""
