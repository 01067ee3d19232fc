package main

import "slices"

// largestCycle returns the largest strongly connected component of a graph, sorted: a set of files each of which uses
// all others, directly or indirectly. (R. Tarjan, Depth-first search and linear graph algorithms, 1972.)
func largestCycle(nodes []string, edges map[string]map[string]bool) []string {
	s := search{edges: edges, number: map[string]int{}, lowest: map[string]int{}, onStack: map[string]bool{}}
	slices.Sort(nodes)
	for _, node := range nodes {
		if s.number[node] == 0 {
			s.visit(node)
		}
	}
	slices.Sort(s.largest)
	return s.largest
}

type search struct {
	edges   map[string]map[string]bool
	number  map[string]int // in order of the visits, from 1
	lowest  map[string]int // the lowest number on the stack that can be reached
	stack   []string
	onStack map[string]bool
	largest []string
}

func (s *search) visit(node string) {
	s.number[node] = len(s.number) + 1
	s.lowest[node] = s.number[node]
	s.stack = append(s.stack, node)
	s.onStack[node] = true
	for next := range s.edges[node] {
		switch {
		case s.number[next] == 0:
			s.visit(next)
			s.lowest[node] = min(s.lowest[node], s.lowest[next])
		case s.onStack[next]:
			s.lowest[node] = min(s.lowest[node], s.number[next])
		}
	}
	if s.lowest[node] != s.number[node] {
		return
	}
	first := slices.Index(s.stack, node)
	component := slices.Clone(s.stack[first:])
	s.stack = s.stack[:first]
	for _, member := range component {
		s.onStack[member] = false
	}
	if len(component) > len(s.largest) {
		s.largest = component
	}
}
