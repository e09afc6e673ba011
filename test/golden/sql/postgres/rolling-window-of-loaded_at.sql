select s0.m0, s1.m1 from (select count(*) as m0 from "suite"."loads" where ("loaded_at" >= '2026-01-14 13:00:00.000+01:00' AND "loaded_at" < '2026-01-15 13:00:00.000+01:00'
)) as s0 cross join (select max("loaded_at") as m1 from "suite"."loads") as s1
