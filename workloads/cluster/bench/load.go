package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// load describes the work of the clients.
type load struct {
	clients, keys, valueBytes int
	lasts                     time.Duration // of one measurement
}

// measurement is the result of one kind of work.
type measurement struct {
	perSecond float64
	p50, p99  time.Duration
}

// measure lets all clients do one kind of work for l.lasts.
func (l *load) measure(ctx context.Context, s store, work string) (measurement, error) {
	ctx, stop := context.WithTimeout(ctx, l.lasts)
	defer stop()
	waited, failed := make([][]time.Duration, l.clients), make([]error, l.clients)
	begun := time.Now()
	var group sync.WaitGroup
	for c := range l.clients {
		group.Go(func() { waited[c], failed[c] = l.client(ctx, s, work, c) })
	}
	group.Wait()
	lasted := time.Since(begun)
	all := slices.Concat(waited...)
	if err := errors.Join(failed...); err != nil || len(all) == 0 {
		return measurement{}, fmt.Errorf("%d requests were answered: %w", len(all), err)
	}
	slices.Sort(all)
	return measurement{float64(len(all)) / lasted.Seconds(), all[len(all)/2], all[len(all)*99/100]}, nil
}

// client sends one request after another to its member, and returns how long each took.
func (l *load) client(ctx context.Context, s store, work string, number int) (waited []time.Duration, err error) {
	rng := rand.New(rand.NewPCG(uint64(number), 0))
	value := make([]byte, l.valueBytes)
	for ctx.Err() == nil {
		key := fmt.Sprintf("key-%012d", rng.IntN(l.keys))
		begun := time.Now()
		if work == "get" {
			err = s.get(ctx, number%membersCount, key)
		} else {
			for i := range value {
				value[i] = byte(rng.Uint32())
			}
			begun = time.Now()
			err = s.put(ctx, number%membersCount, key, value)
		}
		wait := time.Since(begun)
		over := ctx.Err() != nil // a request that the end of the measurement has cut off does not count
		switch {
		case over:
		case err != nil:
			return waited, err
		default:
			waited = append(waited, wait)
		}
	}
	return waited, nil
}
