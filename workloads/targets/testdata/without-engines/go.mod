module example.com/without-engines

go 1.26.0

require github.com/lightningdb/lightning-torture v0.0.0

replace github.com/lightningdb/lightning-torture => ../../../..
