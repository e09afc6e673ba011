select max("NOTED_AT") as m0 from "SUITE"."LOADS"
