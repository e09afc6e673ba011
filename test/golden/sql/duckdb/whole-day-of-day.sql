select count(*) filter (where case when typeof("day") = 'TIMESTAMP WITH TIME ZONE' then "day" >= '2026-01-14 00:00:00.000+01:00' else "day" >= '2026-01-14 00:00:00.000' end AND case when typeof("day") = 'TIMESTAMP WITH TIME ZONE' then "day" < '2026-01-15 00:00:00.000+01:00' else "day" < '2026-01-15 00:00:00.000' end
) as m0, max("day") as m1 from "suite"."loads"
