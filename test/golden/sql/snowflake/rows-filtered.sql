select count(*) as m0 from "SUITE"."LOADS" where (id > 1 -- real
)
