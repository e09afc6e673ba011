select max(`loaded_at`) as newest from `suite`.`loads`
