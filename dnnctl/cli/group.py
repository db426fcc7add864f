"""Commands that are groups of others."""

import click

from dnnctl import plugins


class Group(click.Group):
    """A group that names the nearest command where there is none of a name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; fail with what was probably meant, but not while a shell completes."""
        known = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in known and not ctx.resilient_parsing:
            ctx.fail(f"no such command {args[0]!r}{plugins.suggestion(args[0], known)}")
        return super().resolve_command(ctx, args)
