using Telemetry.Console.Api;

namespace Telemetry.Console.Pages;

/// <summary>Says what is wrong with a request.</summary>
internal sealed class ProblemPage(int status, BadRequest problem) : IPage
{
    public Task<PageView> ViewAsync(PageRequest request) => Task.FromResult(
        new PageView(Title(), "", html => Notice.Write(html, Title(), problem.Error, ("Back to search", "/")))
        {
            Status = status,
        });

    private string Title() => status switch
    {
        404 => "Not found",
        >= 500 => "Something failed",
        _ => "That is no valid request",
    };
}
