module github.com/lightningdb/lightning-torture/ci/operations

go 1.26.0

require (
	github.com/lightningdb/lightning-torture v0.0.0
	github.com/lightningdb/lightning-torture/engine/exporter v0.0.0
	github.com/lightningdb/lightning-torture/engine/replica v0.0.0
	github.com/spf13/afero v1.15.0
	github.com/stretchr/testify v1.12.1
	go.yaml.in/yaml/v3 v3.0.5
)

require (
	github.com/anishathalye/porcupine v1.3.1 // indirect
	github.com/beorn7/perks v1.0.1 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/klauspost/compress v1.20.3 // indirect
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822 // indirect
	github.com/prometheus/client_golang v1.25.0 // indirect
	github.com/prometheus/client_model v0.6.3 // indirect
	github.com/prometheus/common v0.72.0 // indirect
	github.com/prometheus/procfs v0.22.0 // indirect
	go.etcd.io/raft/v3 v3.7.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.42.0 // indirect
	google.golang.org/protobuf v1.36.12 // indirect
)

replace (
	github.com/lightningdb/lightning-torture => ../..
	github.com/lightningdb/lightning-torture/engine/exporter => ../../engine/exporter
	github.com/lightningdb/lightning-torture/engine/replica => ../../engine/replica
)
