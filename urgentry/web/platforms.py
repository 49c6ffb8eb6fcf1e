"""The platforms that onboarding shows: how to install their SDK and what to write where."""

import msgspec

from urgentry.web.rendering import render


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """One SDK. `name` is what the project's platform is set to; `code` a file of `snippets/`."""

    name: str
    title: str
    code: str
    install: str
    file: str

    @property
    def is_opentelemetry(self) -> bool:
        """Whether it speaks OTLP, and knows no DSN of its own accord."""
        return self.name.startswith("opentelemetry")

    def snippet(self, *, dsn: str, envelope: str, key: str) -> str:
        """What to write, with the project's DSN in it."""
        return render(f"snippets/{self.code}.txt", {"dsn": dsn, "envelope": envelope, "key": key})


def _platform(name: str, title: str, install: str, file: str) -> Platform:
    return Platform(name=name, title=title, code=_CODES.get(name, name), install=install, file=file)


_CODES = {
    "python-django": "django",
    "python-flask": "flask",
    "python-fastapi": "fastapi",
    "javascript-react": "react",
    "javascript-vue": "vue",
    "javascript-nextjs": "nextjs",
    "node-express": "express",
    "java-spring-boot": "spring",
    "php-laravel": "laravel",
    "ruby-rails": "rails",
    "dotnet-aspnetcore": "aspnetcore",
    "apple-ios": "apple",
    "opentelemetry-collector": "collector",
    "other": "curl",
}
_PIP = "pip install --upgrade sentry-sdk"
_NODE = "npm install @sentry/node"
_GRADLE = 'implementation("io.sentry:sentry:8.+")'
_SPRING = 'implementation("io.sentry:sentry-spring-boot-starter-jakarta:8.+")'
_OTEL = "pip install opentelemetry-distro opentelemetry-exporter-otlp"
_ANDROID = 'plugins { id("io.sentry.android.gradle") version "5.+" }'

PLATFORMS = (
    _platform("python", "Python", _PIP, "main.py"),
    _platform("python-django", "Django", _PIP, "settings.py"),
    _platform("python-flask", "Flask", _PIP, "app.py"),
    _platform("python-fastapi", "FastAPI", _PIP, "main.py"),
    _platform("javascript", "Browser", "npm install @sentry/browser", "main.js"),
    _platform("javascript-react", "React", "npm install @sentry/react", "main.jsx"),
    _platform("javascript-vue", "Vue", "npm install @sentry/vue", "main.js"),
    _platform("javascript-nextjs", "Next.js", "npm install @sentry/nextjs", "instrumentation"),
    _platform("node", "Node.js", _NODE, "instrument.mjs"),
    _platform("node-express", "Express", _NODE, "app.mjs"),
    _platform("go", "Go", "go get github.com/getsentry/sentry-go", "main.go"),
    _platform("rust", "Rust", "cargo add sentry", "main.rs"),
    _platform("java", "Java", _GRADLE, "Main.java"),
    _platform("java-spring-boot", "Spring Boot", _SPRING, "application.yaml"),
    _platform("dotnet", ".NET", "dotnet add package Sentry", "Program.cs"),
    _platform(
        "dotnet-aspnetcore", "ASP.NET Core", "dotnet add package Sentry.AspNetCore", "Program.cs"
    ),
    _platform("php", "PHP", "composer require sentry/sentry", "index.php"),
    _platform("php-laravel", "Laravel", "composer require sentry/sentry-laravel", "Laravel"),
    _platform("ruby", "Ruby", "bundle add sentry-ruby", "main.rb"),
    _platform("ruby-rails", "Rails", "bundle add sentry-rails", "sentry.rb"),
    _platform("elixir", "Elixir", '{:sentry, "~> 11.0"}, in mix.exs', "prod.exs"),
    _platform("android", "Android", _ANDROID, "AndroidManifest.xml"),
    _platform(
        "apple-ios",
        "iOS, macOS",
        "Swift package https://github.com/getsentry/sentry-cocoa",
        "MyApp.swift",
    ),
    _platform("flutter", "Flutter", "flutter pub add sentry_flutter", "main.dart"),
    _platform("opentelemetry", "OpenTelemetry", _OTEL, "a shell"),
    _platform("opentelemetry-collector", "OTel Collector", "", "config.yaml"),
    _platform("other", "Anything else", "", "a shell"),
)


def find_platform(name: str) -> Platform:
    """The platform of a name; the first one where there is none of this name."""
    return next((each for each in PLATFORMS if each.name == name), PLATFORMS[0])
