package review

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/alexedwards/scs/v2"
	"github.com/gin-gonic/gin"

	"sesshu/ledger/slip"
)

// What a session holds.
const (
	sessionAccount  = "account"  // the account's name
	sessionPassword = "password" // fingerprint of the password hash: a new password ends old sessions
	sessionRenewed  = "renewed"  // when the idle limit was last pushed on
)

// renewAfter spares the store a write with every request. It also keeps a
// request that overlaps a sign-out from writing the session back.
const renewAfter = time.Minute

func newSessions(store scs.CtxStore, secure bool) *scs.SessionManager {
	sessions := scs.New()
	sessions.Store = store
	sessions.HashTokenInStore = true
	sessions.IdleTimeout = idleLimit
	sessions.Lifetime = sessionLimit
	sessions.Cookie.Name = "sesshu_session"
	sessions.Cookie.Secure = secure
	sessions.Cookie.SameSite = http.SameSiteStrictMode
	sessions.Cookie.Persist = false
	if secure {
		sessions.Cookie.Name = "__Host-sesshu_session"
	}
	return sessions
}

// account returns who is signed in; only routes behind signedIn may ask.
func account(c *gin.Context) slip.Account {
	found, _ := c.MustGet(accountKey).(slip.Account)
	return found
}

// loadSession puts the request's session into its context, an empty one when the
// browser has none.
func (s *Server) loadSession(c *gin.Context) (context.Context, error) {
	token := ""
	if cookie, err := c.Request.Cookie(s.sessions.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := s.sessions.Load(c.Request.Context(), token)
	if err != nil {
		return nil, s.passing(err)
	}
	c.Request = c.Request.WithContext(ctx)
	return ctx, nil
}

// signedIn lets people with a session pass. With renew, the request counts as a
// deed of the person and pushes the idle limit on.
func (s *Server) signedIn(renew bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, err := s.loadSession(c)
		if err != nil {
			s.fail(c, err)
			return
		}
		person, err := s.person(ctx)
		if err != nil {
			s.fail(c, s.passing(err))
			return
		}
		if person.Name == "" {
			if c.GetBool(wantsPage) {
				c.Redirect(http.StatusSeeOther, signInAddress(c.Request))
				c.Abort()
				return
			}
			s.fail(c, errSignedOut)
			return
		}
		c.Set(accountKey, person)
		now := s.now()
		if renew && now.Sub(time.Unix(s.sessions.GetInt64(ctx, sessionRenewed), 0)) > renewAfter {
			s.sessions.Put(ctx, sessionRenewed, now.Unix())
			if _, _, err := s.sessions.Commit(ctx); err != nil {
				s.fail(c, s.passing(err))
			}
		}
	}
}

// person returns the account of a session, the zero Account when it has none or
// the account may not come in any more.
func (s *Server) person(ctx context.Context) (slip.Account, error) {
	name := s.sessions.GetString(ctx, sessionAccount)
	if name == "" {
		return slip.Account{}, nil
	}
	person, err := s.store.Account(ctx, name)
	if err != nil {
		if s.faultOf(err) == errNotFound {
			return slip.Account{}, nil
		}
		return slip.Account{}, err
	}
	if person.DisabledAt != nil || fingerprint(person.PasswordHash) != s.sessions.GetString(ctx, sessionPassword) {
		return slip.Account{}, nil
	}
	return person, nil
}

func fingerprint(passwordHash string) string { return slip.HashOf([]byte(passwordHash)).String()[:16] }

// answering lets only those pass who may answer for the ledger.
func (s *Server) answering(c *gin.Context) {
	if !mayAnswer(account(c)) {
		s.fail(c, errForbidden)
	}
}

// administering lets only administrators pass.
func (s *Server) administering(c *gin.Context) {
	if account(c).Role != slip.RoleAdministrator {
		s.fail(c, errForbidden)
	}
}

func mayAnswer(person slip.Account) bool {
	return person.Role == slip.RoleReviewer || person.Role == slip.RoleAdministrator
}

// backTo are the pages a person may be sent back to.
var backTo = regexp.MustCompile(`^/(?:items/[0-9]{1,18}|sign-in|upload|camera|batches(?:/` + batchName + `){0,2})?$`)

func signInAddress(r *http.Request) string {
	if r.Method != http.MethodGet || !backTo.MatchString(r.URL.Path) || r.URL.Path == "/" {
		return "/sign-in"
	}
	return "/sign-in?back=" + url.QueryEscape(r.URL.Path)
}

// decoyHash is checked when there is no such account, so that the time to answer
// does not tell which names exist.
const decoyHash = "$argon2id$v=19$m=65536,t=1,p=2$MDEyMzQ1Njc4OWFiY2RlZg$Vn1xMOV1p6cXYgQFrPCFbR9DzHD37fhCRMF0pgUqdNY"

// checkPassword returns the account that name and password open. It limits
// attempts by account and by address, and never says which of name and password
// was wrong.
func (s *Server) checkPassword(ctx context.Context, address, name, password string) (slip.Account, error) {
	if !s.byAddress.allow(address) || !s.byAccount.allow(name) {
		return slip.Account{}, errTooMany
	}
	person, err := s.store.Account(ctx, name)
	hash := person.PasswordHash
	if err != nil {
		if s.faultOf(err) != errNotFound {
			return slip.Account{}, s.passing(err)
		}
		hash = decoyHash
	}
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return slip.Account{}, ctx.Err()
	}
	match, hashErr := argon2id.ComparePasswordAndHash(password, hash)
	<-s.hashing
	if hashErr != nil {
		return slip.Account{}, hashErr
	}
	if !match || err != nil || person.DisabledAt != nil {
		return slip.Account{}, errPassword
	}
	s.byAccount.forget(name)
	// Behind a proxy a whole office has one address, and begins work at nine. Only
	// what this attempt took goes back: one account of one's own must not buy
	// guesses at the others.
	s.byAddress.giveBack(address)
	return person, nil
}
