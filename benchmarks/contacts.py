"""Any number of contacts (ticket, call, legs, history, feedback, referral, timer), made by the database itself.

The fates are drawn once into a temporary table; each real table is then one INSERT ... SELECT from it. Rows are as the
application writes them: every constraint holds, identifiers are ordered by time, an answered call has its leg. They
come in the order of time, as they would have: a month lies together on the disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from math import ceil

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks.county import County
from hotline.vault import Vault

CALLERS = 2000
"""Telephones of people without a file; the others ring from a survivor's."""
BATCH = 250_000
"""Contacts in a round: so that ten millions need no more room on the side than this."""

_CALLERS = """
CREATE TEMP TABLE known AS
SELECT row_number() OVER (ORDER BY survivor.code) AS n, survivor.id AS survivor_id, survivor.station_id,
       phone.number_hash AS hash, phone.number_sealed AS sealed
  FROM survivor JOIN survivor_phone AS phone ON phone.survivor_id = survivor.id;
CREATE TEMP TABLE place AS
SELECT row_number() OVER (ORDER BY level, code) AS n, id, parent_id, level, name FROM station;
CREATE TEMP TABLE stranger (n int, hash bytea, sealed bytea);
CREATE TEMP TABLE matters AS
SELECT string_to_array('优待证办理,定期抚恤金,住院药费,祭扫安排,低保申请,义齿更换,子女入学,公租房,烈属优待金,临时救助,'
                       '心理疏导,遗属探望,光荣牌更换,异地就医,丧葬补助,法律援助,就业培训,春节慰问,档案查询', ',')
       AS of;
CREATE TEMP TABLE ways AS
SELECT string_to_array('已答复并指引办理,当场说明所需材料,约定上门核实,转民政部门,请携带身份证到服务站,已登记待回复,'
                       '电话告知进度,与村里联系后再答', ',') AS of;
CREATE TEMP TABLE branch AS
SELECT row_number() OVER (ORDER BY code) AS n, id, COALESCE(team_id, partner_id) AS owner,
       CASE WHEN team_id IS NULL THEN 'partner' ELSE 'team' END AS kind FROM branch_line
"""

_DRAWN = """
CREATE TEMP TABLE contact AS
WITH hours AS (
  SELECT ARRAY[0,1,2,3,4,5,5,6,6,6,7,7,7,7,7,8,8,8,8,8,8,8,9,9,9,9,9,9,9,9,10,10,10,10,10,10,10,10,11,11,11,11,11,12,12,
               12,13,13,13,14,14,14,14,14,15,15,15,15,15,15,15,16,16,16,16,16,16,17,17,17,17,17,18,18,18,18,19,19,19,19,
               20,20,20,20,21,21,22,23] AS of
), drawn AS (
  SELECT random() AS r_fate, random() AS r_lost, random() AS r_need, random() AS r_wrap, random() AS r_refer,
         random() AS r_ask, random() AS r_solved, random() AS r_rate, random() AS r_place,
         1 + floor(random() * :known)::int AS n_known, 1 + floor(random() * :strangers)::int AS n_stranger,
         1 + floor(random() * :branches)::int AS n_branch, random() < 0.7 AS has_file,
         random_normal(1.0, 0.3) AS r_wait, -ln(1 - random()) AS x_talk, -ln(1 - random()) AS x_back,
         -ln(1 - random()) AS x_wrap, -ln(1 - random()) AS x_refer,
         date_trunc('day', CAST(:until AS timestamptz), 'Asia/Shanghai')
           - make_interval(days => floor(:newest + random() * :days)::int, secs => 0)
           + make_interval(hours => of[1 + floor(random() * cardinality(of))::int], secs => random() * 3600) AS at
    FROM generate_series(1, :count), hours
), placed AS (
  SELECT drawn.*, COALESCE(own.id, elsewhere.id) AS home_id, known.survivor_id,
         COALESCE(known.hash, stranger.hash) AS hash, COALESCE(known.sealed, stranger.sealed) AS sealed,
         COALESCE(own.id, elsewhere.id) AS station_id,
         (ARRAY['', '', '', 'daily_life', 'daily_life', 'urgent', 'counselling', 'emotional'])
           [1 + floor(r_need * 8)::int] AS need,
         CASE WHEN r_fate < 0.71 THEN 1 WHEN r_fate < 0.85 THEN 2 WHEN r_fate < 0.89 THEN 3 WHEN r_fate < 0.93 THEN 4
              WHEN r_fate < 0.95 THEN 5 END AS tier
    FROM drawn
    LEFT JOIN known ON drawn.has_file AND known.n = drawn.n_known
    LEFT JOIN stranger ON NOT drawn.has_file AND stranger.n = drawn.n_stranger
    LEFT JOIN place AS own ON own.id = known.station_id
    LEFT JOIN place AS elsewhere ON elsewhere.n = 1 + floor(power(drawn.r_place, 2) * :places)::int
   WHERE drawn.at < CAST(:until AS timestamptz) - interval '10 minutes'
), answered AS (
  SELECT placed.*, CASE WHEN tier IS NOT NULL THEN
           make_interval(secs => greatest(3, r_wait * (ARRAY[8, 27, 41, 54, 66])[tier])) END AS wait,
         CASE WHEN tier IS NULL THEN CASE WHEN r_lost < 0.55 THEN 'message' ELSE 'abandoned' END END AS lost
    FROM placed
), ended AS (
  SELECT answered.*, at + CASE WHEN tier IS NOT NULL THEN wait + make_interval(secs => 20 + 170 * x_talk)
           ELSE make_interval(secs => (ARRAY[4, 19, 44, 90, 110])[1 + floor(r_wrap * 5)::int]) END AS ended_at
    FROM answered
), back AS (
  SELECT ended.*, CASE WHEN tier IS NOT NULL THEN at + wait
           WHEN r_ask < 0.96 THEN ended_at + make_interval(secs => 70 + 420 * x_back) END AS answered_at
    FROM ended
), wrapped AS (
  SELECT back.*, CASE WHEN answered_at < :until
                       AND (r_wrap < 0.93 OR at < CAST(:until AS timestamptz) - interval '7 days')
           THEN greatest(ended_at, answered_at + interval '150 seconds') + make_interval(secs => 40 + 200 * x_wrap)
         END AS wrapped_at
    FROM back
), resolved AS (
  SELECT wrapped.*, CASE WHEN wrapped_at < :until THEN wrapped_at + CASE WHEN r_refer < 0.3
           THEN make_interval(secs => 7200 + 108000 * x_refer) ELSE interval '0' END END AS resolved_at
    FROM wrapped
)
SELECT resolved.*, uuidv7(at - clock_timestamp()) AS ticket_id, uuidv7(at - clock_timestamp()) AS call_id,
       uuidv7(at - clock_timestamp()) AS leg_id,
       CASE WHEN r_ask < 0.7 AND resolved_at < :until THEN resolved_at + make_interval(secs => 86400 + 28800 * r_place)
       END AS asked_at,
       (ARRAY['satisfied', 'satisfied', 'satisfied', 'mostly', 'not', ''])[1 + floor(r_rate * 6)::int] AS rating
  FROM resolved ORDER BY at
"""

_TICKETS = """
INSERT INTO ticket (id, tenant_id, station_id, line_id, survivor_id, caller_hash, caller_sealed, need, priority, state,
                    opened_at, answered_at, answered_by, outcome, wrapped_at, waited_seconds, message_at, call_back_by,
                    answer, found_at, helped_at, solved_at, late_from)
SELECT ticket_id, :tenant, station_id, :line, survivor_id, hash, sealed, need,
       CASE WHEN need = 'urgent' THEN 'urgent' ELSE 'normal' END,
       CASE WHEN asked_at < :until THEN 'closed' WHEN resolved_at < :until THEN 'resolved'
            WHEN wrapped_at < :until THEN 'waiting' WHEN answered_at < :until THEN 'answered' ELSE 'open' END,
       at, answered_at, CASE WHEN answered_at < :until THEN '值班员' ELSE '' END,
       CASE WHEN wrapped_at < :until THEN 'guidance' ELSE '' END, wrapped_at,
       extract(epoch FROM answered_at - at)::int,
       CASE WHEN lost = 'message' THEN ended_at END,
       CASE WHEN lost IS NOT NULL AND answered_at IS NULL AND at > CAST(:until AS timestamptz) - interval '2 days'
            THEN ended_at + interval '15 minutes' END,
       CASE WHEN wrapped_at < :until
            THEN '咨询' || matters.of[1 + floor(r_solved * cardinality(matters.of))::int] || '，'
                 || ways.of[1 + floor(r_wrap * cardinality(ways.of))::int] || '，' || n_stranger || '号事项'
            ELSE '' END,
       answered_at, resolved_at, CASE WHEN asked_at < :until AND r_solved < 0.91 THEN asked_at END,
       CASE WHEN COALESCE(resolved_at, :until) >= :until AND at + interval '84 hours' < :until
            THEN at + interval '7 days' END
  FROM contact, matters, ways
"""

_CALLS = """
INSERT INTO call (id, sid, tenant_id, line_id, station_id, home_id, ticket_id, survivor_id, from_hash, from_sealed,
                  flow, need, plan, tier, started_at, seen_at, accepted_leg_id, accepted_at, ended_at, outcome)
SELECT call_id, 'CA' || replace(call_id::text, '-', ''), :tenant, :line, station_id, home_id, ticket_id, survivor_id,
       hash, sealed, 'main_line', need, 1, COALESCE(tier, 5), at, ended_at, CASE WHEN tier IS NOT NULL THEN leg_id END,
       at + wait, ended_at, COALESCE(lost, 'answered')
  FROM contact
"""

_LEGS = """
INSERT INTO leg (id, call_id, plan, tier, position, tier_kind, target_kind, target_id, station_id, label, number_hash,
                 number_sealed, ring_seconds, reason, state, rung_at, accepted_at, ended_at, key)
SELECT CASE WHEN taken THEN leg_id ELSE uuidv7(at - clock_timestamp()) END, call_id, 1, rung.tier, rung.tier, rung.kind,
       CASE WHEN rung.kind = 'volunteer' THEN 'branch' ELSE 'handset' END,
       CASE WHEN rung.kind = 'volunteer' THEN branch.id ELSE contact.station_id END, contact.station_id, '值班手机',
       hash, sealed, 15, rung.kind, CASE WHEN taken THEN 'ended' ELSE 'no_answer' END,
       at + least(make_interval(secs => rung.after), CASE WHEN taken THEN wait END),
       CASE WHEN taken THEN at + wait END, ended_at, CASE WHEN taken THEN '1' ELSE '' END
  FROM contact
  JOIN (VALUES (1, 'duty', 2), (2, 'backup', 21), (3, 'neighbour', 35), (4, 'county', 48), (5, 'volunteer', 60))
       AS rung (tier, kind, after) ON rung.tier <= COALESCE(contact.tier, 5)
  JOIN branch ON branch.n = contact.n_branch
 CROSS JOIN LATERAL (SELECT COALESCE(rung.tier = contact.tier, false) AS taken) AS fate
"""

_EVENTS = """
INSERT INTO ticket_event (id, ticket_id, at, kind, actor, data)
SELECT uuidv7(step.at - clock_timestamp()), ticket_id, step.at, step.kind, step.actor, step.data
  FROM contact
 CROSS JOIN LATERAL (VALUES
    (contact.at, 'opened', 'system', '{}'::jsonb),
    (contact.at, 'called', 'system', jsonb_build_object('call', call_id)),
    (CASE WHEN COALESCE(resolved_at, :until) > contact.at + interval '84 hours'
          THEN contact.at + interval '84 hours' END, 'clock', 'system',
     jsonb_build_object('clock', 'first_feedback', 'starts', contact.at, 'step', 'half', 'level', 0,
                        'due', contact.at + interval '7 days')),
    (CASE WHEN lost IS NOT NULL THEN ended_at END, 'call_back_promised', 'system',
     jsonb_build_object('why', lost, 'by', ended_at + interval '15 minutes')),
    (answered_at, 'answer', '值班员', jsonb_build_object('waited', 9)),
    (wrapped_at, 'wrapped_up', '值班员', '{"outcome": "guidance"}'),
    (CASE WHEN r_rate < 0.3 THEN wrapped_at + interval '1 second' END, 'survivor_told', '值班员', '{}'),
    (resolved_at, 'resolve', '值班员', '{"after": "resolved", "before": "answered"}'),
    (CASE WHEN r_lost < 0.1 THEN wrapped_at + interval '1 hour' END, 'comment', '值班员',
     jsonb_build_object('said', '家属补充：第' || n_branch || '次来电，材料已收到，' || n_stranger || '号')),
    (asked_at, 'close', 'system', '{"after": "closed", "before": "resolved"}')
  ) AS step (at, kind, actor, data)
 WHERE step.at < :until
 ORDER BY contact.at
"""

_REST = """
INSERT INTO feedback (id, ticket_id, at, rating, solved, asked_by)
SELECT uuidv7(asked_at - clock_timestamp()), ticket_id, asked_at, rating, r_solved < 0.91, '回访'
  FROM contact WHERE asked_at < :until;
INSERT INTO referral (id, ticket_id, kind, target_id, label, state, offered_by, offered_at, deadline, accepted_at,
                      ended_at)
SELECT uuidv7(wrapped_at - clock_timestamp()), ticket_id, kind, owner, kind,
       CASE WHEN resolved_at < :until THEN CASE WHEN r_solved < 0.85 THEN 'done' ELSE 'failed' END ELSE 'accepted' END,
       '值班员', wrapped_at, wrapped_at + interval '3 days', wrapped_at + interval '20 minutes',
       CASE WHEN resolved_at < :until THEN resolved_at END
  FROM contact JOIN branch ON branch.n = contact.n_branch WHERE r_refer < 0.3 AND wrapped_at < :until;
INSERT INTO timer (id, kind, key, due_at, ticket_id, state, done_at)
SELECT uuidv7(at - clock_timestamp()), 'clock_due', 'clock_due:' || ticket_id, at + interval '7 days', ticket_id,
       CASE WHEN resolved_at < :until THEN 'cancelled'
            WHEN at + interval '7 days' < :until THEN 'done' ELSE 'pending' END,
       resolved_at
  FROM contact;
DROP TABLE contact
"""

_INDEXES = text("""
SELECT index.relname, pg_get_indexdef(indexrelid)
  FROM pg_index JOIN pg_class AS index ON index.oid = indexrelid
 WHERE indrelid = ANY(CAST(:tables AS regclass[])) AND NOT indisunique
""")


def write(session: Session, vault: Vault, county: County, count: int, until: datetime, days: int = 30, *,
          checked: bool = False) -> None:  # fmt: skip
    """Write about ``count`` contacts of the ``days`` before ``until`` (a few of the last minutes are left out).

    ``checked``: with foreign keys and triggers at work, for the test that the rows fit; without them it is five
    times as fast. Commits nothing.
    """
    session.execute(text("SET LOCAL statement_timeout = 0"))
    session.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))  # the draws come in one order
    if not checked:
        session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(text("SELECT setseed(0.42)"))
    _each(session, _CALLERS, {})
    strangers = [f"+86154{80_000_000 + n:08d}" for n in range(CALLERS)]
    rows = [{"n": n, "h": vault.fingerprint(number), "s": vault.seal(number)} for n, number in enumerate(strangers, 1)]
    session.execute(text("INSERT INTO stranger VALUES (:n, :h, :s)"), rows)
    values = {"tenant": county.tenant_id, "line": county.line_id, "until": until, "days": days, "strangers": CALLERS}
    for table, name in (("known", "known"), ("place", "places"), ("branch", "branches")):
        values[name] = session.scalar(text(f"SELECT count(*) FROM {table}"))
    rounds = max(1, ceil(count / BATCH))
    values |= {"count": ceil(count / rounds), "days": days / rounds}
    with nullcontext() if checked else _without_indexes(session):
        for newest in reversed(range(rounds)):
            values["newest"] = newest * days / rounds
            session.execute(text(_DRAWN), values)
            for statement in (_TICKETS, _CALLS, _LEGS, _EVENTS, _REST):
                _each(session, statement, values)
    for table in ("known", "place", "branch", "stranger", "matters", "ways"):
        session.execute(text(f"DROP TABLE {table}"))


@contextmanager
def _without_indexes(session: Session) -> Iterator[None]:
    """Take the indexes that are not constraints away, and build them at the end: far faster than row by row."""
    tables = ["ticket", "call", "leg", "ticket_event", "feedback", "referral", "timer"]
    found = session.execute(_INDEXES, {"tables": tables}).all()
    for name, _made in found:
        session.execute(text(f"DROP INDEX {name}"))
    yield
    for _name, made in found:
        session.connection().exec_driver_sql(made)


def _each(session: Session, statements: str, values: dict[str, object]) -> None:
    for statement in statements.split(";"):
        session.execute(text(statement), values)
