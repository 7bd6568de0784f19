module example.org/pluralspec

go 1.19
