select count(*) filter (where case when typeof("noted_at") = 'TIMESTAMP WITH TIME ZONE' then "noted_at" >= '2026-01-14 13:00:00.000+01:00' else "noted_at" >= '2026-01-14 13:00:00.000' end AND case when typeof("noted_at") = 'TIMESTAMP WITH TIME ZONE' then "noted_at" < '2026-01-15 13:00:00.000+01:00' else "noted_at" < '2026-01-15 13:00:00.000' end
) as m0, max("noted_at") as m1 from "suite"."loads"
