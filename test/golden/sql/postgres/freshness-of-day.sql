select max("day") as m0 from "suite"."loads"
