module github.com/lightningdb/lightning-torture/workloads/targets/pogreb

go 1.26.0

require (
	github.com/akrylysov/pogreb v0.10.1
	github.com/lightningdb/lightning-torture v0.0.0
	github.com/spf13/afero v1.15.0
)

require (
	github.com/HdrHistogram/hdrhistogram-go v1.4.0 // indirect
	github.com/anishathalye/porcupine v1.3.1 // indirect
	github.com/stretchr/testify v1.12.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.28.0 // indirect
)

replace github.com/lightningdb/lightning-torture => ../../..
