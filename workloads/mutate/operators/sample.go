package operators

import (
	"bytes"
	"crypto/sha256"
	"slices"
)

// Shuffle returns the mutations in a random order that depends only on the seed and on their IDs. The first n are
// therefore a uniform sample, which stays nearly the same when the source changes a little.
func Shuffle(all []Mutation, seed string) []Mutation {
	type card struct {
		weight [sha256.Size]byte
		m      Mutation
	}
	cards := make([]card, len(all))
	for i, m := range all {
		cards[i] = card{sha256.Sum256([]byte(seed + "\x00" + m.ID)), m}
	}
	slices.SortFunc(cards, func(a, b card) int { return bytes.Compare(a.weight[:], b.weight[:]) })
	shuffled := make([]Mutation, len(cards))
	for i, c := range cards {
		shuffled[i] = c.m
	}
	return shuffled
}
