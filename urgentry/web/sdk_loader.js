// Stands in for the browser SDK until there is something to report, then fetches it and hands over
// what happened meanwhile. Written for every browser that some release of the SDK supports.
// The server fills in what this key loads.
(function (window, document, settings) {
  "use strict";

  // There already: the page brings the SDK itself.
  if (window.Sentry && window.Sentry.SDK_VERSION) {
    return;
  }

  var calls = [];
  var failures = [];
  var listeners = [];
  var isAsked = false;
  var isReplaying = false;
  var script = ownScript();
  var nonce = script && (script.nonce || script.getAttribute("nonce"));
  var isLazy = settings.lazy && !(script && script.getAttribute("data-lazy") === "no");

  var standIn = {
    onLoad: function (listener) {
      listeners.push(listener);
    },
    forceLoad: load
  };
  each(["init", "addBreadcrumb", "configureScope", "withScope"], function (name) {
    standIn[name] = remember(name, false);
  });
  each(["captureException", "captureMessage", "captureEvent", "showReportDialog"], function (name) {
    standIn[name] = remember(name, true);
  });
  window.Sentry = standIn;
  window.addEventListener("error", onError);
  window.addEventListener("unhandledrejection", onRejection);
  if (!isLazy) {
    setTimeout(load);
  }

  function ownScript() {
    return document.currentScript || document.querySelector('script[src*="' + settings.key + '"]');
  }

  function each(list, use) {
    for (var index = 0; index < list.length; index++) {
      use(list[index]);
    }
  }

  function remember(name, isReport) {
    return function () {
      calls.push({ name: name, values: arguments });
      if (isReport) {
        load();
      }
    };
  }

  function onError(event) {
    // What did not load, an image for instance, has no message.
    if (event.message || event.error) {
      fail("onerror", [event.message, event.filename, event.lineno, event.colno, event.error]);
    }
  }

  function onRejection(event) {
    fail("onunhandledrejection", [event]);
  }

  function fail(handler, values) {
    failures.push({ handler: handler, values: values });
    load();
  }

  function load() {
    if (isAsked) {
      return;
    }
    isAsked = true;
    var tag = document.createElement("script");
    tag.src = settings.url;
    tag.crossOrigin = "anonymous";
    if (nonce) {
      tag.setAttribute("nonce", nonce);
    }
    tag.onload = function () {
      guarded(takeOver);
    };
    tag.onerror = function () {
      complain("the SDK could not be loaded from " + settings.url);
    };
    (document.head || document.documentElement).appendChild(tag);
  }

  function takeOver() {
    var sdk = window.Sentry;
    if (!sdk || sdk === standIn) {
      complain("there is no SDK at " + settings.url);
      return;
    }
    window.removeEventListener("error", onError);
    window.removeEventListener("unhandledrejection", onRejection);
    window.SENTRY_SDK_SOURCE = "loader";
    var sdkInit = sdk.init;
    var isBegun = false;
    sdk.init = function (given) {
      isBegun = true;
      return sdkInit.call(sdk, completed(sdk, given || {}));
    };
    sdk.forceLoad = function () {};
    sdk.onLoad = function (listener) {
      listener();
    };
    hidePageHandlers();
    if (typeof window.sentryOnLoad === "function") {
      guarded(window.sentryOnLoad);
    }
    each(listeners, guarded);
    each(calls, function (call) {
      if (call.name === "init") {
        guarded(function () {
          sdk.init.apply(sdk, call.values);
        });
      }
    });
    if (!isBegun) {
      sdk.init();
    }
    handOver(sdk);
  }

  // The options of the key, under those of the page, with the parts that they ask for.
  function completed(sdk, given) {
    var options = {};
    each([settings.init, given], function (source) {
      for (var name in source) {
        if (Object.prototype.hasOwnProperty.call(source, name)) {
          options[name] = source[name];
        }
      }
    });
    var own = given.integrations;
    if (typeof own === "function") {
      return options;
    }
    var parts = own ? own.slice() : [];
    function add(isWanted, name, make, Former) {
      var has = parts.some(function (part) {
        return part.name === name;
      });
      if (isWanted && !has && (make || Former)) {
        parts.push(make ? make() : new Former());
      }
    }
    var hasReplay = options.replaysSessionSampleRate || options.replaysOnErrorSampleRate;
    add(options.tracesSampleRate, "BrowserTracing", sdk.browserTracingIntegration, sdk.BrowserTracing);
    add(hasReplay, "Replay", sdk.replayIntegration, sdk.Replay);
    add(options.autoInjectFeedback, "Feedback", sdk.feedbackIntegration, sdk.Feedback);
    delete options.autoInjectFeedback;
    if (parts.length) {
      options.integrations = parts;
    }
    return options;
  }

  // The SDK calls on to the page's own handlers, which have seen already what is handed over.
  function hidePageHandlers() {
    each(["onerror", "onunhandledrejection"], function (name) {
      var own = window[name];
      if (typeof own === "function") {
        window[name] = function () {
          return isReplaying ? true : own.apply(this, arguments);
        };
      }
    });
  }

  function handOver(sdk) {
    each(calls, function (call) {
      if (call.name !== "init") {
        guarded(function () {
          hand(sdk, call);
        });
      }
    });
    isReplaying = true;
    each(failures, function (failure) {
      var handler = window[failure.handler];
      if (typeof handler === "function") {
        guarded(function () {
          handler.apply(window, failure.values);
        });
      }
    });
    isReplaying = false;
  }

  function hand(sdk, call) {
    if (sdk[call.name]) {
      sdk[call.name].apply(sdk, call.values);
    } else if (call.name === "configureScope" && sdk.getCurrentScope) {
      // Newer releases have no such function any more.
      call.values[0](sdk.getCurrentScope());
    }
  }

  function guarded(use) {
    try {
      use();
    } catch (error) {
      complain(error);
    }
  }

  function complain(what) {
    if (window.console && window.console.error) {
      window.console.error("[Sentry loader]", what);
    }
  }
})(window, document, __SETTINGS__);
