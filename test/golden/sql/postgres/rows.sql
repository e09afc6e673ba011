select count(*) as m0 from "suite"."loads"
