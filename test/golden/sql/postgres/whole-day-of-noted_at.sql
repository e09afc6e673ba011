select s0.m0, s1.m1 from (select count(*) as m0 from "suite"."loads" where ("noted_at" >= '2026-01-14 00:00:00.000+01:00' AND "noted_at" < '2026-01-15 00:00:00.000+01:00'
)) as s0 cross join (select max("noted_at") as m1 from "suite"."loads") as s1
