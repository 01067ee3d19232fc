package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"

	"github.com/lightningdb/lightning-torture/engine/replica"
)

// addressPrefix begins the keys under which the group keeps where its nodes are reached.
const addressPrefix = reservedPrefix + "address/"

func addressKey(id uint64) []byte { return []byte(addressPrefix + strconv.FormatUint(id, 10)) }

// ChangeMembers changes the membership, and returns once every change is made. Addresses of new nodes are written first, so that
// every node of the group learns them. It may be sent again.
func (s *Server) ChangeMembers(ctx context.Context, members ...Member) error {
	var changes []replica.MemberChange
	var addresses []replica.Write
	for _, m := range members {
		change, known := memberChanges[m.Change]
		if m.Node == 0 {
			return fmt.Errorf("%w: node 0 is none", replica.ErrMembers)
		}
		if !known {
			return fmt.Errorf("%w: %q is none of add-voter, add-learner and remove", replica.ErrMembers, m.Change)
		}
		changes = append(changes, replica.MemberChange{Node: m.Node, Change: change})
		if m.Address == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(m.Address); err != nil {
			return fmt.Errorf("%w: the address of node %d: %w", replica.ErrMembers, m.Node, err)
		}
		addresses = append(addresses, replica.Write{Key: addressKey(m.Node), Value: []byte(m.Address)})
	}
	if len(addresses) > 0 {
		if _, err := s.command(ctx, nil, addresses); err != nil {
			return err
		}
	}
	if len(changes) == 0 {
		return fmt.Errorf("%w: nothing changes", replica.ErrMembers)
	}
	for {
		done := false
		err := s.do(ctx, func(n *replica.Node) error {
			status := n.Status()
			if done = made(&status, changes); done || status.Joint {
				return nil
			}
			return n.ProposeMembers(changes...)
		})
		switch {
		case done:
			return nil
		case err != nil && !errors.Is(err, replica.ErrNoLeader):
			return err
		}
		if pause(ctx, 10*s.config.Tick); ctx.Err() != nil { // it may have been lost, or wait for another change
			return fmt.Errorf("server: the members may change later, or never: %w", ctx.Err())
		}
	}
}

// made reports whether a group is as it should be after some changes.
func made(s *replica.Status, changes []replica.MemberChange) bool {
	for _, c := range changes {
		voter, learner := slices.Contains(s.Voters, c.Node), slices.Contains(s.Learners, c.Node)
		if voter != (c.Change == replica.AddVoter) || learner != (c.Change == replica.AddLearner) {
			return false
		}
	}
	return !s.Joint
}

// publishAddress tells the group where this node is reached, unless it knows that: a node that joins later learns it there.
func (s *Server) publishAddress() {
	key, address := addressKey(s.config.Node.ID), s.config.Listen
	known, _, err := s.Get(s.life, key)
	if err != nil || string(known) == address {
		return // an error says that the server has ended: all else is tried again
	}
	_, _ = s.command(s.life, nil, []replica.Write{{Key: key, Value: []byte(address)}}) // as above
}

// learnAddresses connects to the nodes whose addresses the group keeps. The loop calls it.
func (s *Server) learnAddresses() {
	status := s.node.Status()
	for _, id := range slices.Concat(status.Voters, status.Learners) {
		if address, ok, err := s.node.Get(addressKey(id)); err == nil && ok {
			s.links.connect(id, string(address))
		}
	}
}
