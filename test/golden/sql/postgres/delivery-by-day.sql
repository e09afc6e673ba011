select s0.m0, s1.m1 from (select max("day") as m0 from "suite"."loads") as s0 cross join (select max("day") as m1 from "suite"."loads" where ("day" > '2026-01-15 00:00:00.000+01:00' AND "day" <= '2026-01-15 07:00:00.000+01:00'
)) as s1
