select s0.m0, s1.m1, s2.m2, s3.m3, s4.m4 from (select max("loaded_at") as m0 from "suite"."loads" where (id > 1
)) as s0 cross join (select (select string_agg(concat(from_ms, ':', to_ms), ',' order by to_ms) from (select from_ms, to_ms from (select lag(last_ms) over (order by first_ms) as from_ms, first_ms as to_ms from (select cast(round(extract(epoch from date_trunc('milliseconds', cast(min("loaded_at") as timestamp))) * 1000) as bigint) as first_ms, cast(round(extract(epoch from date_trunc('milliseconds', cast(max("loaded_at") as timestamp))) * 1000) as bigint) as last_ms from "suite"."loads" where (id > 1
) and ("loaded_at" >= '2026-01-15 08:00:00.001+01:00'
) and isfinite("loaded_at") group by floor(date_part('epoch', "loaded_at") * 1000 / 1800000)) as stretches) as steps where from_ms is null or to_ms - from_ms > 3600000 order by to_ms limit 2001) as gaps) as m1) as s1 cross join (select count(*) as m2 from "suite"."loads" where (id > 1
) and ("noted_at" >= '2026-01-14 13:00:00.000+01:00' AND "noted_at" < '2026-01-15 13:00:00.000+01:00'
)) as s2 cross join (select max("noted_at") as m3 from "suite"."loads" where (id > 1
)) as s3 cross join (select count(*) as m4 from "suite"."loads" where (id > 1
)) as s4
