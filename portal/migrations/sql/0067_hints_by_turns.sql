-- A lane's hint is renewed where something was taken lately, and every lane's by turns. Looking at each of ten thousand
-- lanes every second took a processor's twentieth, whether anybody pulled or not. A hint that is behind costs a look at
-- its lane, and hides nothing. Heads are few, and all looked at every time.
SET LOCAL ROLE chartway_definer;
DROP FUNCTION renew_hints();
CREATE FUNCTION renew_hints(turns integer DEFAULT 30) RETURNS integer  -- 1: every lane
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
  of_heads integer;
  of_lanes integer;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('hints of the line', 0)) THEN RETURN 0; END IF;
  UPDATE queue_head h SET rank_from = n.rank
    FROM (SELECT q.id, coalesce((SELECT e.rank FROM queue_entry e WHERE e.head_id = q.id AND e.state = 'waiting'
                                   AND e.preferred_person IS NULL ORDER BY e.rank LIMIT 1), 'infinity') AS rank
            FROM queue_head q) n
   WHERE n.id = h.id AND n.rank <> h.rank_from;
  GET DIAGNOSTICS of_heads = ROW_COUNT;
  UPDATE lane l SET rank_from = n.rank
    FROM (SELECT o.id, coalesce((SELECT e.rank FROM queue_entry e WHERE e.lane_id = o.id AND e.state = 'waiting'
                                   AND e.preferred_person IS NULL ORDER BY e.rank LIMIT 1), 'infinity') AS rank
            FROM lane o
           WHERE o.id % turns = extract(epoch FROM clock_timestamp())::bigint % turns
              OR o.id IN (SELECT e.lane_id FROM assignment a JOIN queue_entry e ON e.id = a.queue_entry_id
                           WHERE a.pulled_at > clock_timestamp() - interval '3 seconds')) n
   WHERE n.id = l.id AND n.rank <> l.rank_from;
  GET DIAGNOSTICS of_lanes = ROW_COUNT;
  RETURN of_heads + of_lanes;
END $$;
GRANT EXECUTE ON FUNCTION renew_hints TO chartway_worker;
RESET ROLE;
