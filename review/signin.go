package review

import (
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

func (s *Server) signInPage(c *gin.Context) {
	s.showSignIn(c, http.StatusOK, c.Query("back"), "", "")
}

// showSignIn keeps the name that was typed: whoever mistyped a password goes on
// at the password, and does not write it where it can be read.
func (s *Server) showSignIn(c *gin.Context, status int, back, name, fault string) {
	if !backTo.MatchString(back) {
		back = "/"
	}
	s.page(c, status, "signin", map[string]any{"Back": back, "Account": name, "Fault": fault})
}

// signIn opens a session. The sign-in page posts a form and is sent on; the slip
// page, when its session ran out under somebody's hands, asks for JSON and stays
// where it is.
func (s *Server) signIn(c *gin.Context) {
	inPlace := strings.Contains(c.GetHeader("Accept"), "application/json")
	name := strings.ToLower(strings.TrimSpace(c.PostForm("account")))
	address, _, err := net.SplitHostPort(c.Request.RemoteAddr)
	if err != nil {
		address = c.Request.RemoteAddr
	}
	ctx := c.Request.Context()
	person, err := s.checkPassword(ctx, address, name, c.PostForm("password"))
	if err != nil {
		known := s.faultOf(err)
		if inPlace || known.status >= http.StatusInternalServerError {
			c.Set(wantsPage, !inPlace)
			s.fail(c, err)
			return
		}
		s.logger(c).InfoContext(ctx, "sign-in refused", slog.String("fault", known.code))
		if known.retry > 0 {
			c.Header("Retry-After", strconv.Itoa(known.retry))
		}
		s.showSignIn(c, known.status, c.PostForm("back"), name, "fault."+known.code)
		return
	}
	if err := s.openSession(c, person.Name, fingerprint(person.PasswordHash)); err != nil {
		c.Set(wantsPage, !inPlace)
		s.fail(c, s.passing(err))
		return
	}
	if inPlace {
		c.Status(http.StatusNoContent)
		return
	}
	back := c.PostForm("back")
	if !backTo.MatchString(back) || back == "/sign-in" {
		back = "/"
	}
	c.Redirect(http.StatusSeeOther, back)
}

// openSession makes a fresh session with a new token, so that a token somebody
// planted in the browser before is worth nothing.
func (s *Server) openSession(c *gin.Context, name, password string) error {
	ctx, err := s.loadSession(c)
	if err != nil {
		return err
	}
	if err := s.sessions.Clear(ctx); err != nil {
		return err
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.sessions.Put(ctx, sessionAccount, name)
	s.sessions.Put(ctx, sessionPassword, password)
	s.sessions.Put(ctx, sessionRenewed, s.now().Unix())
	if err := s.store.LogAccess(ctx, name, "sign_in", "desk"); err != nil {
		return err
	}
	token, expiry, err := s.sessions.Commit(ctx)
	if err != nil {
		return err
	}
	s.sessions.WriteSessionCookie(ctx, c.Writer, token, expiry)
	c.Header("Cache-Control", "no-store") // scs sets a weaker one
	return nil
}

func (s *Server) signOut(c *gin.Context) {
	ctx, err := s.loadSession(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	name := s.sessions.GetString(ctx, sessionAccount)
	if err := s.sessions.Destroy(ctx); err != nil {
		s.fail(c, s.passing(err))
		return
	}
	s.sessions.WriteSessionCookie(ctx, c.Writer, "", time.Time{})
	c.Header("Cache-Control", "no-store")
	if name != "" {
		if err := s.store.LogAccess(ctx, name, "sign_out", "desk"); err != nil {
			s.logger(c).ErrorContext(ctx, "sign-out not logged", slog.Any("error", err))
		}
	}
	c.Redirect(http.StatusSeeOther, "/sign-in")
}

const languageCookie = "sesshu_language"

// setLanguage remembers the language in the browser: it is no secret and must
// hold before anybody signs in.
func (s *Server) setLanguage(c *gin.Context) {
	chosen := japanese
	if c.PostForm("language") == english {
		chosen = english
	}
	http.SetCookie(c.Writer, &http.Cookie{
		Name: languageCookie, Value: chosen, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteStrictMode,
	})
	back := c.PostForm("back")
	if !backTo.MatchString(back) {
		back = "/"
	}
	c.Redirect(http.StatusSeeOther, back)
}

// language is Japanese unless the person chose otherwise.
func language(c *gin.Context) string {
	if cookie, err := c.Request.Cookie(languageCookie); err == nil && cookie.Value == english {
		return english
	}
	return japanese
}
