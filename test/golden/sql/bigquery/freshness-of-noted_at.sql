select max(`noted_at`) as m0 from `suite`.`loads`
