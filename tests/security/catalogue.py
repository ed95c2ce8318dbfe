"""What PostgreSQL's own catalogue says about walls and rights, as a list of sentences about what is missing."""

from typing import Any, Protocol


class Sql(Protocol):
    """Runs a statement as a superuser."""

    async def __call__(self, statement: str, *arguments: object) -> list[Any]: ...


#: Tables that belong to no client, each with its reason. A new one is either client-owned or written here.
WITHOUT_A_CLIENT = {
    "client": "the client itself: its id is the client",
    "web_session": "found by a token's hash before anybody is known; only functions of the definer role reach it",
    "sealed_place": "names of sealed columns; migrations alone write it",
    "document_check": "runs through the stored documents of all clients: counts and opaque ids",
    "throttle": "hashed keys and counts; only functions of the definer role reach it",
    "edit_release": "what CMS published, and when it was loaded",
    "ptp_pair": "CMS's own table of procedures",
    "unit_limit": "CMS's own table of procedures",
    "listed_code": "CMS's own lists of diagnoses",
    "skill": "what a person can code, for every client",
    "qualification": "what somebody has passed, for every client",
    "code_release": "a publisher's code set, the same for every client",
    "code": "publishers' codes and when they hold",
    "code_change": "what a release changed",
    "code_licence": "under which the installation may load CPT",
    "worklist": "a manager's order of the line, over all clients",
    "worklist_person": "whose list it is",
    "queue_head": "a list and specialty, and from where on anything waits in it",
    "query_template": "the wording of queries, for every client",
    "off_boarding": "what was done when somebody left: counts",
    "evaluation_rule": "below which accuracy a coder is paused, for every client",
    "favourite_code": "codes that a person starred, seen by nobody else",
    "saved_filter": "what a manager looks at again and again, for that manager alone",
    "serves": "numbers of the lanes that somebody may take",
    "eligibility": "one number: the version of everything that decides who may take what",
    "work_clock": "when somebody last gave a sign of work, whoever the client",
    "workload": "how much a person holds, for every client",
    "pgqueuer": "jobs: a name and an opaque id",
    "pgqueuer_log": "jobs that were done",
    "pgqueuer_schedules": "jobs that repeat; none of ours",
    "pgqueuer_statistics": "counts of jobs",
    "migration": "which migrations have run",
}

#: Tables that carry client_id without belonging to a client's wall: who may read them is decided otherwise.
WITH_ANOTHER_WALL = {
    "access_event": "everybody writes in their own name, compliance and the sealer read",
    "code_set": "a coder's own, or pushed by managers to all, a client or a specialty: tests/assignments/favourites",
}

#: Job tables hold opaque ids only and come from the library, without row-level security; the other two nothing at all.
WITHOUT_ROW_SECURITY = {"pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics", "migration",
                        "sealed_place"}  # fmt: skip

LOGINS = {"chartway_owner", "chartway_app", "chartway_seal"}

_TABLES = """
  SELECT c.oid, c.relname AS name, c.relrowsecurity AS walled, c.relforcerowsecurity AS forced,
         EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'client_id'
                                              AND NOT a.attisdropped) AS has_client,
         EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
                  WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL
                    AND a.attname = 'client_id') AS leads
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname
"""


async def find_gaps(sql: Sql) -> list[str]:
    """Everything about tables, policies, roles and functions that is not as it must be."""
    return [*await _tables(sql), *await _policies(sql), *await _roles(sql), *await _rights(sql), *await _functions(sql)]


async def client_owned(sql: Sql) -> list[str]:
    """The names of the tables that a client owns."""
    return [row["name"] for row in await sql(_TABLES) if row["has_client"] and row["name"] not in WITH_ANOTHER_WALL]


async def _tables(sql: Sql) -> list[str]:
    gaps = []
    rows = await sql(_TABLES)
    for row in rows:
        name = row["name"]
        if name not in WITHOUT_ROW_SECURITY and not (row["walled"] and row["forced"]):
            gaps.append(f"{name}: row-level security is not enabled and forced")
        if row["has_client"] and not row["leads"]:
            gaps.append(f"{name}: no index leads with client_id")
        if not row["has_client"] and name not in WITHOUT_A_CLIENT:
            gaps.append(f"{name}: has no client_id and is not on the list of tables without a client")
    gaps += [f"{name}: on the list of tables without a client, but does not exist"
             for name in sorted(set(WITHOUT_A_CLIENT) - {row["name"] for row in rows})]  # fmt: skip
    views = await sql(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')"
    )
    return gaps + [f"{row['relname']}: a view reads with its owner's rights" for row in views]


async def _policies(sql: Sql) -> list[str]:
    gaps = []
    policies = await sql(
        "SELECT tablename AS name, policyname, roles::text[] AS roles, cmd, permissive, coalesce(qual, '') AS qual,"
        " coalesce(with_check, '') AS checked FROM pg_policies WHERE schemaname = 'public'"
    )
    for policy in policies:
        role = policy["roles"][0]
        ours = role.startswith("chartway_") and role not in ("chartway_owner", "chartway_seal")
        if len(policy["roles"]) != 1 or not ours:
            gaps.append(f"{policy['name']}.{policy['policyname']}: not for one named role ({policy['roles']})")
        only_narrows = policy["permissive"] == "RESTRICTIVE"
        if policy["roles"] == ["chartway_client"] and policy["name"] not in WITH_ANOTHER_WALL and not only_narrows:
            # The whole condition, not a part of an OR.
            column = "id" if policy["name"] == "client" else "client_id"
            for condition in (policy["qual"], policy["checked"]):
                if condition and "".join(condition.split()) != f"({column}=(SELECTacting_client()ASacting_client))":
                    where = f"{policy['name']}.{policy['policyname']}"
                    gaps.append(f"{where}: client staff reach by another rule: {condition}")
    with_policy = {policy["name"] for policy in policies}
    for row in await sql(_TABLES):
        if row["has_client"] and row["name"] not in with_policy:
            gaps.append(f"{row['name']}: has no policy")
    # A right without a policy is dead; a policy without a right is a mistake of the same kind.
    rights = await sql(
        "SELECT DISTINCT table_name AS name, grantee AS role, privilege_type AS verb"
        " FROM information_schema.column_privileges WHERE table_schema = 'public' AND grantee LIKE 'chartway_%'"
        " AND grantee <> 'chartway_owner' AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE')"
        " UNION SELECT table_name, grantee, privilege_type FROM information_schema.table_privileges"
        " WHERE table_schema = 'public' AND grantee LIKE 'chartway_%' AND grantee <> 'chartway_owner'"
        " AND privilege_type = 'DELETE'"
    )
    granted = {(row["name"], row["role"], row["verb"]) for row in rights if row["name"] not in WITHOUT_ROW_SECURITY}
    admitted = {(policy["name"], policy["roles"][0], policy["cmd"]) for policy in policies}
    gaps += [f"{name}: {role} has the right to {verb} and no policy" for name, role, verb in sorted(granted - admitted)]
    gaps += [f"{name}: {role} has a policy for {verb} and no right" for name, role, verb in sorted(admitted - granted)]
    return gaps


async def _roles(sql: Sql) -> list[str]:
    roles = await sql(
        "SELECT rolname AS name, rolcanlogin, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,"
        " rolinherit FROM pg_roles WHERE rolname LIKE 'chartway\\_%'"
    )
    gaps = [f"{role['name']}: has a power that no role of ours may have" for role in roles
            if any(role[power] for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb",
                                             "rolreplication", "rolinherit"))]  # fmt: skip
    gaps += [f"{role['name']}: can log in" for role in roles if role["rolcanlogin"] and role["name"] not in LOGINS]
    inherited = await sql(
        "SELECT m.rolname AS member, r.rolname AS role FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member"
        " JOIN pg_roles r ON r.oid = a.roleid"
        " WHERE m.rolname LIKE 'chartway\\_%' AND (a.inherit_option OR a.admin_option)"
    )
    gaps += [f"{row['member']}: inherits {row['role']} without saying so" for row in inherited]
    members = await sql(
        "SELECT m.rolname AS member, r.rolname AS role FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member"
        " JOIN pg_roles r ON r.oid = a.roleid WHERE r.rolname LIKE 'chartway\\_%'"
    )
    allowed = {"chartway_seal": {"chartway_sealer"}, "chartway_owner": {"chartway_definer"}}
    for row in members:
        if row["member"] == "chartway_app":
            if row["role"] in ("chartway_sealer", "chartway_definer", "chartway_owner", "chartway_seal"):
                gaps.append(f"chartway_app: can become {row['role']}")
        elif row["member"].startswith("chartway_") and row["role"] not in allowed.get(row["member"], set()):
            gaps.append(f"{row['member']}: can become {row['role']}")
    return gaps


async def _rights(sql: Sql) -> list[str]:
    direct = await sql(
        "SELECT DISTINCT grantee, table_name AS name, privilege_type AS verb FROM information_schema.column_privileges"
        " WHERE grantee IN ('chartway_app', 'chartway_seal', 'PUBLIC') AND table_schema = 'public'"
        " UNION SELECT grantee, table_name, privilege_type FROM information_schema.table_privileges"
        " WHERE grantee IN ('chartway_app', 'chartway_seal', 'PUBLIC') AND table_schema = 'public'"
    )
    gaps = [f"{row['grantee']}: {row['verb']} on {row['name']}" for row in direct
            if (row["grantee"], row["name"], row["verb"]) != ("chartway_app", "access_event", "INSERT")]  # fmt: skip
    sweeping = await sql(
        "SELECT grantee, table_name AS name, privilege_type AS verb FROM information_schema.table_privileges"
        " WHERE table_schema = 'public' AND grantee LIKE 'chartway\\_%' AND grantee <> 'chartway_owner'"
        " AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')"
    )
    return gaps + [f"{row['grantee']}: {row['verb']} on {row['name']}" for row in sweeping]


async def _functions(sql: Sql) -> list[str]:
    gaps = []
    for function in await sql(
        "SELECT p.proname AS name, p.prosecdef AS definer, r.rolname AS owner, coalesce(p.proconfig, '{}') AS settings,"
        " EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0"
        "         AND a.privilege_type = 'EXECUTE') AS public, p.proleakproof AS leakproof"
        " FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
        " WHERE p.pronamespace = 'public'::regnamespace"
        "   AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    ):
        name = function["name"]
        if function["public"]:
            gaps.append(f"{name}(): everybody may execute it")
        if function["leakproof"]:
            gaps.append(f"{name}(): is marked leakproof")
        if function["definer"] and function["owner"] != "chartway_definer":
            gaps.append(f"{name}(): runs with the rights of {function['owner']}")
        if function["definer"] and "search_path=public, pg_temp" not in function["settings"]:
            gaps.append(f"{name}(): runs with another's rights and without a fixed search_path")
    return gaps
