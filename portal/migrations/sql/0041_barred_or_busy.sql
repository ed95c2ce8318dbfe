-- Whoever finds nothing because somebody else pulls it at this instant is not told that they are barred from it.

SET LOCAL ROLE chartway_definer;
CREATE OR REPLACE FUNCTION why_nothing(me uuid, wanted_stage text, my_lanes integer[]) RETURNS pulled
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  answer pulled;
BEGIN
  IF NOT EXISTS (SELECT FROM client_grant g WHERE g.person_id = me AND g.revoked_at IS NULL) THEN
    answer.outcome := 'no_client';
  ELSIF NOT EXISTS (SELECT FROM skill k WHERE k.person_id = me) THEN
    answer.outcome := 'no_skill';
  ELSIF NOT EXISTS (
      SELECT FROM client_grant g JOIN skill k ON k.person_id = me
       WHERE g.person_id = me AND g.revoked_at IS NULL
         AND is_qualified(me, g.client_id, k.specialty, wanted_stage)) THEN
    answer.outcome := 'unqualified';
  ELSE
    SELECT min(e.preferred_until) INTO answer.kept_until FROM queue_entry e
     WHERE e.state = 'waiting' AND e.preferred_person IS NOT NULL AND e.preferred_person <> me
       AND e.lane_id = ANY (my_lanes) AND NOT me = ANY (e.barred);
    IF answer.kept_until IS NOT NULL THEN
      answer.outcome := 'kept';
    ELSIF EXISTS (SELECT FROM lane l CROSS JOIN LATERAL (
                    SELECT FROM queue_entry e WHERE e.state = 'waiting' AND e.preferred_person IS NULL
                       AND e.lane_id = l.id AND NOT me = ANY (e.barred) LIMIT 1) o
                   WHERE l.id = ANY (my_lanes)  -- what stands in their own lists is being pulled at this instant
                     AND l.head_id <> ALL (SELECT unnest(s.heads) FROM serves s
                                            WHERE s.person_id = me AND s.stage = wanted_stage)) THEN
      answer.outcome := 'elsewhere';
    ELSIF EXISTS (SELECT FROM lane l CROSS JOIN LATERAL (
                    SELECT FROM queue_entry e WHERE e.state = 'waiting' AND e.preferred_person IS NULL
                       AND e.lane_id = l.id AND me = ANY (e.barred) LIMIT 1) o WHERE l.id = ANY (my_lanes)) THEN
      answer.outcome := 'barred';
    ELSE
      answer.outcome := 'empty';
    END IF;
  END IF;
  RETURN answer;
END $$;
RESET ROLE;
