package schedule

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// Program is a compiled program. It must be closed.
type Program struct {
	runtime  wazero.Runtime
	compiled wazero.CompiledModule
	cache    wazero.CompilationCache
}

// Load compiles a module that Go built with GOOS=wasip1 GOARCH=wasm. Compiling takes seconds, so unless cacheDir is
// empty the result is cached there for later Loads of the same module; the 16 most recently used modules are kept. It
// returns ErrNotGo for anything but such a program.
func Load(ctx context.Context, module []byte, cacheDir string) (*Program, error) {
	if len(module) > MaxModuleBytes {
		return nil, fmt.Errorf("%w: it has %d bytes; the limit is %d", ErrNotGo, len(module), MaxModuleBytes)
	}
	instrumented, err := instrument(module)
	if err != nil {
		return nil, err
	}
	p := &Program{}
	config := wazero.NewRuntimeConfig()
	if cacheDir != "" {
		if p.cache, err = openCache(cacheDir, instrumented); err != nil {
			return nil, fmt.Errorf("schedule: cache: %w", err)
		}
		config = config.WithCompilationCache(p.cache)
	}
	p.runtime = wazero.NewRuntimeWithConfig(ctx, config)
	if err := p.compile(ctx, instrumented); err != nil {
		return nil, errors.Join(err, p.Close(ctx))
	}
	return p, nil
}

func (p *Program) compile(ctx context.Context, module []byte) (err error) {
	host := p.runtime.NewHostModuleBuilder(wasi)
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(host)
	host.NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(switchGoroutine), nil, []api.ValueType{api.ValueTypeI32}).
		Export(yield).
		NewFunctionBuilder().
		WithGoModuleFunction(api.GoModuleFunc(exit), []api.ValueType{api.ValueTypeI32}, nil).
		Export("proc_exit")
	if _, err = host.Instantiate(experimental.WithFunctionListenerFactory(ctx, hostCalls{})); err != nil {
		return fmt.Errorf("schedule: host: %w", err)
	}
	ctx = experimental.WithCompilationWorkers(ctx, runtime.GOMAXPROCS(0))
	if p.compiled, err = p.runtime.CompileModule(ctx, module); err != nil {
		return fmt.Errorf("%w: %w", ErrNotGo, err)
	}
	return nil
}

// Close releases the program. No run may be in progress.
func (p *Program) Close(ctx context.Context) error {
	err := p.runtime.Close(ctx)
	if p.cache != nil {
		err = errors.Join(err, p.cache.Close(ctx))
	}
	return err
}
