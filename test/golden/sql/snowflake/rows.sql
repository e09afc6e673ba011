select count(*) as m0 from "SUITE"."LOADS"
