using Telemetry.Console.Html;

namespace Telemetry.Console.Pages;

/// <summary>Answers every path that is none.</summary>
internal sealed class UnknownPage : IPage
{
    public Task<PageView> ViewAsync(PageRequest request) => Task.FromResult(
        new PageView("Not found", "", html => Notice.Write(
            html, "Not found", $"There is no page at {request.Http.Request.Path}.",
            ("Search", "/"), ("Lifetimes", Link.To("/lifetimes"))))
        {
            Status = 404,
        });
}
