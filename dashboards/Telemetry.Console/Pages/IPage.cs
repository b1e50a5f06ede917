namespace Telemetry.Console.Pages;

/// <summary>One page. One instance serves all requests.</summary>
internal interface IPage
{
    /// <summary>Fetches what the page shows; nothing is written before that.</summary>
    Task<PageView> ViewAsync(PageRequest request);
}
