module github.com/lightningdb/lightning-torture/faultfs/calibrate

go 1.26.0

require (
	github.com/lightningdb/lightning-torture v0.0.0
	github.com/spf13/afero v1.15.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/sys v0.49.0
)

require (
	github.com/hanwen/go-fuse/v2 v2.12.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/text v0.28.0 // indirect
)

replace github.com/lightningdb/lightning-torture => ../..
