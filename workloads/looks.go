package workloads

import (
	"math/rand/v2"

	"github.com/lightningdb/lightning-torture/workloads/history"
)

// holdMax is the maximum number of the client's own steps during which something is held open.
const holdMax = 12

// hold draws the number of steps during which something is held open; half of the time it is 0.
func hold(rng *rand.Rand) int { return max(0, rng.IntN(2*holdMax)-holdMax+1) }

// cursor draws a cursor around a client's keys, and its movements.
func (s keyspace) cursor(rng *rand.Rand, client int) Step {
	step := Step{Kind: history.Cursor, Lingers: rng.IntN(2) == 0, Hold: hold(rng)}
	s.bound(rng, client, &step)
	step.Moves = s.moves(rng, client, 4+rng.IntN(16))
	return step
}

// held draws a snapshot that is read later, both by single keys and with a cursor.
func (s keyspace) held(rng *rand.Rand, client int) Step {
	step := Step{Kind: history.Snapshot, Lingers: rng.IntN(2) == 0, Hold: hold(rng)}
	s.bound(rng, client, &step)
	for range 2 + rng.IntN(4) {
		step.Moves = append(step.Moves, Move{How: MoveGet, Key: s.pick(rng, client)})
	}
	step.Moves = append(step.Moves, s.moves(rng, client, rng.IntN(12))...)
	rng.Shuffle(len(step.Moves), func(i, j int) { step.Moves[i], step.Moves[j] = step.Moves[j], step.Moves[i] })
	return step
}

// bound draws a cursor's bounds. Often there are none, so that the cursor can leave the client's own keys.
func (s keyspace) bound(rng *rand.Rand, client int, step *Step) {
	draw := rng.IntN(8)
	if draw < 3 {
		first := (rng.IntN(kvGroup)*s.groups + client) * s.stride
		step.From, step.To = s.name(first), s.name(first+1+rng.IntN(4*s.groups*s.stride))
	}
	if draw == 2 || draw == 3 {
		key := s.pick(rng, client)
		step.Prefix = key[:max(0, len(key)-1-rng.IntN(2))]
	}
}

// moves draws movements: seeks to keys and next to them, followed by steps in both directions.
func (s keyspace) moves(rng *rand.Rand, client, n int) (moves []Move) {
	for len(moves) < n {
		switch p := rng.IntN(16); {
		case p == 0:
			moves = append(moves, Move{How: MoveFirst})
		case p == 1:
			moves = append(moves, Move{How: MoveLast})
		case p < 6:
			seek := []Movement{MoveSeekGE, MoveSeekLT}[rng.IntN(2)]
			moves = append(moves, Move{How: seek, Key: s.beside(rng, s.pick(rng, client))})
		default:
			step := []Movement{MoveNext, MovePrev}[rng.IntN(2)]
			for range 1 + rng.IntN(3) {
				moves = append(moves, Move{How: step})
			}
		}
	}
	return moves
}

// beside draws a key, its direct successor, or the key without its last byte. Nobody writes the latter two.
func (s keyspace) beside(rng *rand.Rand, key []byte) []byte {
	switch n := len(key); rng.IntN(4) {
	case 0:
		return after(key)
	case 1:
		if n > 0 {
			return key[:n-1]
		}
	}
	return key
}
